/** Records as `{"id":…, "<property>":…, "created_at":…, "updated_at":…}`. A renderer is made once per version of a table. */
import type { Field } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import { type Projection, projectionOf, type StoredRow } from '../../core/records/query.ts';
import type { Links } from '../../core/records/record-view.ts';
import { rowReader } from '../../core/records/row-values.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { builtInKeys, readerOf } from './fields.ts';

export interface RecordRenderer {
  readonly relations: readonly Field[];
  /** What it reads of a row. */
  readonly projection: Projection;
  render(row: StoredRow, links: Links): Record<string, unknown>;
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
  return {
    relations: shown.filter((field) => fieldTypes[field.type].storage === 'links'),
    projection: projectionOf([0, 1, 2, ...shown.flatMap(({ slot }) => (slot < 0 ? [] : slot))]),
    render: rowReader([
      { key: 'id', slot: 0 },
      ...shown.map((field) => ({ field, key: field.name, read: readerOf(field) })),
      { key: 'created_at', slot: 1 },
      { key: 'updated_at', slot: 2 },
    ]),
  };
}
