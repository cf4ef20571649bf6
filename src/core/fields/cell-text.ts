/**
 * Values as the cells of CSV and spreadsheets. What `cellText` writes, the field reads back as the same value, when it comes
 * through `cellValue`; only nothing and an empty text look alike in a cell.
 */
import { type Field, type FieldTypeName, type Json, Refusal } from './field-type.ts';
import { fieldTypes } from './index.ts';

/** The person's form of the value where that says everything, otherwise its JSON. */
export function cellText(field: Field, value: Json): string {
  if (value === null) return '';
  const type = fieldTypes[field.type];
  const text = type.toText(value, field);
  if (type.storage !== 'json') return text;
  // An uploaded file is told by its address alone, which people can open.
  if (type.refersTo === 'files' && isUploaded(value)) return text;
  return isReadAs(field, text, value) ? text : JSON.stringify(value);
}

/** What a cell sends to a field of this type: its text or, where the type takes more than text, the JSON that it spells. */
export function cellValue(type: FieldTypeName, cell: string): Json {
  if (fieldTypes[type].storage !== 'json') return cell;
  // Only JSON itself can be a bare number or word.
  if (type !== 'json' && !/^\s*[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as Json;
  } catch {
    return cell;
  }
}

function isReadAs(field: Field, text: string, value: Json): boolean {
  if (text.trim() === '') return false;
  const read = fieldTypes[field.type].parse(cellValue(field.type, text), field);
  return !(read instanceof Refusal) && JSON.stringify(read) === JSON.stringify(value);
}

function isUploaded(value: Json): boolean {
  const files = Array.isArray(value) ? value : [value];
  return files.every((file) => typeof file === 'object' && file !== null && 'id' in file && file.id !== null);
}
