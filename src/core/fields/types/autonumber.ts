/** The record's id, alone or as a label such as `INV-00042`. Read-only; `parse` serves filters. */
import { Type } from '../../schema.ts';
import { type Field, type FieldType, type Json, Refusal } from '../field-type.ts';
import { problemOfText } from '../read-text.ts';
import { toPlainText } from '../text-like.ts';

const labelForm = /^\d{1,16}$/;

const refusal = new Refusal('must be the number of a record');

/** The number alone, or a text when the field has a prefix or a width. */
function labelled(id: number, field: Field): Json {
  const { prefix, digits } = field.options;
  const hasPrefix = typeof prefix === 'string' && prefix !== '';
  const width = typeof digits === 'number' ? digits : 0;
  return hasPrefix || width > 0 ? `${hasPrefix ? prefix : ''}${String(id).padStart(width, '0')}` : id;
}

/** The id behind a label or number; null when it is neither. */
function idOf(value: unknown, field: Field): number | null {
  if (typeof value === 'number') return value >= 1 && Number.isSafeInteger(value) ? value : null;
  if (typeof value !== 'string') return null;
  const { prefix } = field.options;
  const hasPrefix = typeof prefix === 'string' && prefix !== '' && value.startsWith(prefix);
  const digits = hasPrefix ? value.slice(prefix.length) : value.trim();
  return labelForm.test(digits) ? idOf(Number(digits), field) : null;
}

export const autonumberType: FieldType = {
  name: 'autonumber',
  storage: 'system',
  systemColumn: 'id',
  comparison: 'number',
  options: Type.Object(
    {
      prefix: Type.Optional(Type.String({ maxLength: 20, description: 'Put before the number.' })),
      digits: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 15, description: 'Width to which the number is filled with zeros.' }),
      ),
    },
    { additionalProperties: false },
  ),
  isReadOnly: true,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  parse(input, field) {
    if (input === null || input === undefined || input === '') return null;
    if (typeof input === 'string' && problemOfText(input) !== null) return refusal;
    const id = idOf(input, field);
    return id === null ? refusal : labelled(id, field);
  },
  toStored: idOf,
  fromStored: (stored, field) => (typeof stored === 'number' ? labelled(stored, field) : null),
  toText: toPlainText,
  example: (field) => labelled(42, field),
  jsonSchema: (field) => ({ type: typeof labelled(1, field) === 'string' ? 'string' : 'integer', readOnly: true }),
};
