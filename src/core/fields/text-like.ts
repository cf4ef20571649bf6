/** What the types whose canonical value is one string have in common. */
import { type TSchema, Type } from '../schema.ts';
import type { Comparison, Field, FieldType, FieldTypeName, Json, Refusal } from './field-type.ts';
import { fromStoredAsIs, toStoredAsIs } from './stored-form.ts';

export const noOptions = Type.Object({}, { additionalProperties: false });

interface TextLike {
  readonly name: FieldTypeName;
  readonly comparison?: Comparison;
  readonly canBeUnique: boolean;
  readonly options?: TSchema;
  readonly completeOptions?: (options: never) => Record<string, Json> | Refusal;
  readonly parse: (input: unknown, field: Field) => string | null | Refusal;
  readonly example: (field: Field) => Json;
  readonly jsonSchema: (field: Field) => Record<string, unknown>;
}

/** A type stored in a text column as it is. */
export function textLike(type: TextLike): FieldType {
  return {
    storage: 'text',
    comparison: 'text',
    options: noOptions,
    isReadOnly: false,
    isHidden: false,
    isStoredAsIs: true,
    toStored: toStoredAsIs,
    fromStored: fromStoredAsIs,
    toText: toPlainText,
    ...type,
  };
}

/** Text of a canonical string, number or boolean; `''` for nothing. */
export function toPlainText(value: Json): string {
  return value === null ? '' : String(value);
}
