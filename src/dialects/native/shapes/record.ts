/** Records of any table. The document of an app (`openapi.json` under the app) has them field by field. */
import { Type } from '../../../core/schema.ts';
import { named, namedBody, nullable, time } from './parts.ts';

const values = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

export const recordShape = named('Record', {
  id: Type.Integer({ examples: [1] }),
  created_at: time(),
  updated_at: time(),
  fields: values('Values by field name, or by field id where `keys=id` asks for it.'),
});

export const recordPage = Type.Object({
  data: Type.Array(recordShape),
  next: nullable(Type.String({ description: 'Send it as `cursor` to go on; null at the end.' })),
  count: Type.Optional(Type.Integer({ description: 'How many records match, where `count=true` asked for it.' })),
});

const fieldValues = values('Values by field name or field id.');

export const recordInput = namedBody(
  'RecordInput',
  { fields: fieldValues },
  { examples: [{ fields: { Name: 'Lamp' } }] },
);

export const upsertInput = namedBody(
  'UpsertInput',
  { match: Type.String({ description: 'Name or id of a unique field.' }), fields: fieldValues },
  { examples: [{ match: 'SKU', fields: { SKU: 'L-1', Name: 'Lamp' } }] },
);

const recordNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const batchInput = namedBody(
  'BatchInput',
  {
    create: Type.Optional(Type.Array(Type.Object({ fields: fieldValues }, { additionalProperties: false }))),
    update: Type.Optional(
      Type.Array(Type.Object({ id: recordNumber, fields: fieldValues }, { additionalProperties: false })),
    ),
    delete: Type.Optional(Type.Array(recordNumber)),
  },
  {
    description: 'At most 1,000 items in all; all or nothing.',
    examples: [{ create: [{ fields: { Name: 'Lamp' } }], update: [{ id: 1, fields: { Name: 'Shade' } }], delete: [2] }],
  },
);

export const batchShape = named('BatchResult', {
  created: Type.Array(recordShape),
  updated: Type.Array(recordShape),
  deleted: Type.Array(Type.Integer()),
});

export const keysQuery = Type.Object(
  { keys: Type.Optional(Type.Enum(['name', 'id'], { description: 'How fields are keyed in the answer.' })) },
  { additionalProperties: false },
);
