/**
 * Records as JSON text: `{id, created_at, updated_at, fields: {…}}`. One renderer is compiled per table version and
 * choice of fields, so that a row costs no look-ups and no intermediate objects.
 */

import type { Field, Stored } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { storedToJson } from '../../core/fields/parse-value.ts';
import { type Projection, projectionOf, type StoredRow } from '../../core/records/query.ts';
import type { Links } from '../../core/records/record-view.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';

/** How fields are keyed in the answer. */
export type FieldKeys = 'name' | 'id';

/** Linked records already rendered, by relation field id, then by record id. */
export type Expanded = ReadonlyMap<string, ReadonlyMap<number, string>>;

export interface RecordRenderer {
  readonly fields: readonly Field[];
  readonly relations: readonly Field[];
  /** What it reads of a row. */
  readonly projection: Projection;
  render(row: StoredRow, links: Links, expanded?: Expanded): string;
}

type ValueWriter = (stored: Stored) => string;

interface Part {
  /** `"Name":` with its comma. */
  readonly key: string;
  readonly field: Field;
  /** Null for relations. */
  readonly write: ValueWriter | null;
}

const compiled = new WeakMap<TableSchema, Map<string, RecordRenderer>>();

/** A renderer of these fields, in the order given. */
export function rendererOf(table: TableSchema, fields: readonly Field[], keys: FieldKeys = 'name'): RecordRenderer {
  let renderers = compiled.get(table);
  if (renderers === undefined) {
    renderers = new Map();
    compiled.set(table, renderers);
  }
  const signature = fields === table.fields ? keys : `${keys} ${fields.map((field) => field.id).join(' ')}`;
  let renderer = renderers.get(signature);
  if (renderer === undefined) {
    // Callers choose fields freely; what they choose is not kept without bound.
    if (renderers.size >= 100) renderers.clear();
    renderer = compile(fields, keys);
    renderers.set(signature, renderer);
  }
  return renderer;
}

function compile(chosen: readonly Field[], keys: FieldKeys): RecordRenderer {
  const fields = chosen.filter((field) => !fieldTypes[field.type].isHidden);
  const parts = fields.map((field, index): Part => {
    const key = `${index === 0 ? '' : ','}${JSON.stringify(keys === 'id' ? field.id : field.name)}:`;
    return { key, field, write: fieldTypes[field.type].storage === 'links' ? null : writerOf(field) };
  });
  return {
    fields,
    relations: fields.filter((field) => fieldTypes[field.type].storage === 'links'),
    // id, created_at and updated_at stand outside the fields.
    projection: projectionOf([0, 1, 2, ...fields.flatMap(({ slot }) => (slot < 0 ? [] : slot))]),
    render(row, links, expanded) {
      let text = `{"id":${row[0]},"created_at":"${row[1]}","updated_at":"${row[2]}","fields":{`;
      for (const { key, field, write } of parts) {
        text += key;
        if (write === null) text += linksText(row[0] as number, field, links, expanded);
        else {
          const stored = row[field.slot];
          text += stored === null || stored === undefined ? 'null' : write(stored);
        }
      }
      return `${text}}}`;
    },
  };
}

/** How one field's stored form becomes JSON text. */
function writerOf(field: Field): ValueWriter {
  const type = fieldTypes[field.type];
  if (type.storage === 'number' || type.storage === 'integer') return String;
  if (type.storage === 'boolean') return (stored) => (stored ? 'true' : 'false');
  if (field.type === 'json' || field.type === 'location') return String;
  // Dates and times hold nothing that JSON would escape.
  if (field.type === 'date' || field.type === 'datetime' || field.type === 'time') return (stored) => `"${stored}"`;
  if (type.isStoredAsIs) return JSON.stringify;
  return (stored) => JSON.stringify(storedToJson(field, stored));
}

function linksText(id: number, field: Field, links: Links, expanded: Expanded | undefined): string {
  const ids = links.get(field.id)?.get(id);
  if (ids === undefined) return '[]';
  const records = expanded?.get(field.id);
  if (records === undefined) return `[${ids.join(',')}]`;
  return `[${ids.flatMap((one) => records.get(one) ?? []).join(',')}]`;
}
