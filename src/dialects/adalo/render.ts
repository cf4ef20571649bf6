/** Records as JSON text: `{"id":…, "<property>":…, "created_at":…, "updated_at":…}`. Compiled once per version of a table. */
import type { Field } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import { type JsonWriter, linkedIdsText } from '../../core/records/json-writers.ts';
import type { StoredRow } from '../../core/records/query.ts';
import type { Links } from '../../core/records/record-view.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { builtInKeys, writerOf } from './fields.ts';

export interface RecordRenderer {
  readonly relations: readonly Field[];
  render(row: StoredRow, links: Links): string;
}

interface Part {
  /** `,"Name":` */
  readonly key: string;
  readonly field: Field;
  readonly slot: number;
  /** Null for relationships. */
  readonly write: JsonWriter | null;
}

const compiled = new WeakMap<TableSchema, RecordRenderer>();

export function rendererOf(table: TableSchema, grant: Grant): RecordRenderer {
  const { readable } = grant;
  // Masks are an exception for keys of this kind: what they leave is not kept.
  if (readable !== null) return compile(table.fields.filter((field) => readable.has(field.id)));
  let renderer = compiled.get(table);
  if (renderer === undefined) {
    renderer = compile(table.fields);
    compiled.set(table, renderer);
  }
  return renderer;
}

/** The properties that a record shows, in the order of the table. Passwords never leave. */
export function shownFields(fields: readonly Field[]): Field[] {
  return fields.filter((field) => !fieldTypes[field.type].isHidden && !builtInKeys.has(field.name));
}

function compile(fields: readonly Field[]): RecordRenderer {
  const shown = shownFields(fields);
  const parts = shown.map((field): Part => {
    return { key: `,${JSON.stringify(field.name)}:`, field, slot: field.slot, write: writerOf(field) };
  });
  return {
    relations: shown.filter((field) => fieldTypes[field.type].storage === 'links'),
    render(row, links) {
      let text = `{"id":${row[0]}`;
      for (const { key, field, slot, write } of parts) {
        text += key;
        if (write === null) text += linkedIdsText(row[0] as number, field, links);
        else {
          const stored = row[slot];
          text += stored === null || stored === undefined ? 'null' : write(stored);
        }
      }
      return `${text},"created_at":"${row[1]}","updated_at":"${row[2]}"}`;
    },
  };
}
