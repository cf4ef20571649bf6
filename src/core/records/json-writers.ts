/** How stored values become JSON text without intermediate objects: chosen once per field, called once per value. */
import type { Field, Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { storedToJson } from '../fields/parse-value.ts';
import type { Links } from './record-view.ts';

/** JSON text of the canonical value. Not called for null, which is `null` in every type. */
export type JsonWriter = (stored: Exclude<Stored, null>) => string;

/** The writer of a field with a column; null for relations, whose values are links. */
export function jsonWriterOf(field: Field): JsonWriter | null {
  const type = fieldTypes[field.type];
  if (type.storage === 'links') return null;
  if (type.storage === 'number' || type.storage === 'integer') return String;
  if (type.storage === 'boolean') return (stored) => (stored ? 'true' : 'false');
  // Kept as the JSON text of their value.
  if (field.type === 'json' || field.type === 'location') return String;
  // Dates and times hold nothing that JSON would escape.
  if (field.type === 'date' || field.type === 'datetime' || field.type === 'time') return (stored) => `"${stored}"`;
  if (type.isStoredAsIs) return JSON.stringify;
  return (stored) => JSON.stringify(storedToJson(field, stored));
}

/** The linked ids of one record as a JSON list. */
export function linkedIdsText(id: number, field: Field, links: Links): string {
  const ids = links.get(field.id)?.get(id);
  return ids === undefined ? '[]' : `[${ids.join(',')}]`;
}
