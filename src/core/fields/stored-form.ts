/** The stored form of types whose column holds the canonical value as it is, and the reading of stored JSON text. */
import type { Json, Stored } from './field-type.ts';

/** Canonical text or number to its column. */
export function toStoredAsIs(value: Json): Stored {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : null;
}

/** Column to canonical text or number. */
export function fromStoredAsIs(stored: Stored): Json {
  return stored;
}

/** The value in a column of JSON text that a type wrote with `JSON.stringify`. */
export function fromStoredJson(stored: Stored): Json {
  return typeof stored === 'string' ? (JSON.parse(stored) as Json) : null;
}
