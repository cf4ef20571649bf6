import { type ErrorCode, errorMeanings } from '../../../core/errors.ts';
import { Type } from '../../../core/schema.ts';
import { named } from './parts.ts';

export const errorCodes = Object.keys(errorMeanings) as ErrorCode[];

const code = Type.Enum(errorCodes, { description: 'Stable: never renamed, never reused.' });

/** Problem details, RFC 9457. */
export const problemShape = named(
  'Problem',
  {
    type: Type.String({ description: 'Where the code is explained.', examples: ['/api/v1/errors/record_not_found'] }),
    title: Type.String(),
    status: Type.Integer(),
    code,
    detail: Type.String({ description: 'What is wrong with this request.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Field, or path such as `create[3].Name`.' }),
          code,
          message: Type.String({ description: 'Completes the sentence "<field> …".' }),
        }),
        { description: 'One entry per problem.' },
      ),
    ),
  },
  { description: 'Why a request was refused (RFC 9457).' },
);

export const errorShape = named('ErrorMeaning', {
  code,
  status: Type.Integer(),
  meaning: Type.String(),
  type: Type.String(),
});
