/** A value worked out from other fields: read-only, of the type that its expression results in. `parse` serves filters. */

import {
  errorIn,
  formulaErrors,
  formulaLengthMax,
  type ResultType,
  resultTypes,
} from '../../formulas/formula-value.ts';
import { type Static, Type } from '../../schema.ts';
import type { Field, FieldType } from '../field-type.ts';
import { checkboxType } from './checkbox.ts';
import { dateType } from './date.ts';
import { datetimeType } from './datetime.ts';
import { longTextType } from './long-text.ts';
import { numberType } from './number.ts';

const options = Type.Object(
  {
    expression: Type.String({
      minLength: 1,
      maxLength: formulaLengthMax,
      description: 'The formula: {Price} * {Quantity}.',
    }),
    result: Type.Optional(
      Type.Union(
        resultTypes.map((type) => Type.Literal(type)),
        { description: 'Type of the result. Follows from the expression; what is sent is not looked at.' },
      ),
    ),
    precision: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10, description: 'Decimals to which a number is rounded.' }),
    ),
    error: Type.Optional(Type.String({ description: 'Why the formula cannot be worked out any more. Only shown.' })),
  },
  { additionalProperties: false },
);

/** The field type that reads, shows and compares values of each result type. */
const typeOfResult: Readonly<Record<ResultType, FieldType>> = {
  number: numberType,
  text: longTextType,
  boolean: checkboxType,
  date: dateType,
  datetime: datetimeType,
};

function shownBy(field: Field): FieldType {
  const { result } = field.options;
  return (typeof result === 'string' ? typeOfResult[result as ResultType] : undefined) ?? longTextType;
}

export const formulaType: FieldType<typeof options> = {
  name: 'formula',
  storage: 'formula',
  comparison: 'text',
  comparisonOf: (field) => shownBy(field).comparison,
  options,
  completeOptions({ expression, result, precision }: Static<typeof options>) {
    return {
      expression: expression.trim(),
      ...(result === undefined ? {} : { result }),
      ...(precision === undefined ? {} : { precision }),
    };
  },
  isReadOnly: true,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  parse: (input, field) => shownBy(field).parse(input, { ...field, options: {} }),
  toStored: (value, field) => shownBy(field).toStored(value, field),
  fromStored: (stored, field) => errorIn(stored) ?? shownBy(field).fromStored(stored, field),
  toText: (value, field) =>
    typeof value === 'string' && Object.hasOwn(formulaErrors, value) ? value : shownBy(field).toText(value, field),
  example: (field) => shownBy(field).example({ ...field, options: {} }),
  jsonSchema(field) {
    const schema = shownBy(field).jsonSchema({ ...field, options: {} });
    return { anyOf: [schema, { type: 'string', enum: Object.keys(formulaErrors) }], readOnly: true };
  },
};
