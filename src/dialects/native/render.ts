/**
 * Records as the native API shows them: `{id, created_at, updated_at, fields: {…}}`. One renderer is made per table version
 * and choice of fields.
 */
import type { Field } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { type Projection, projectionOf, type StoredRow } from '../../core/records/query.ts';
import type { Links } from '../../core/records/record-view.ts';
import { readValueOf, rowReader, type ShownField } from '../../core/records/row-values.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';

/** How fields are keyed in the answer. */
export type FieldKeys = 'name' | 'id';

export interface ShownRecord {
  readonly id: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly fields: Record<string, unknown>;
}

/** Linked records to show in place of their ids, by relation field id, then by record id. */
export type Expanded = ReadonlyMap<string, ReadonlyMap<number, ShownRecord>>;

export interface RecordRenderer {
  readonly relations: readonly Field[];
  /** What it reads of a row. */
  readonly projection: Projection;
  render(row: StoredRow, links: Links, expanded?: Expanded): ShownRecord;
}

const made = new WeakMap<TableSchema, Map<string, RecordRenderer>>();

/** Callers choose fields freely; what they choose is not kept without bound. */
const renderersMax = 100;

/** A renderer of these fields, in the order given. */
export function rendererOf(table: TableSchema, fields: readonly Field[], keys: FieldKeys = 'name'): RecordRenderer {
  let renderers = made.get(table);
  if (renderers === undefined) {
    renderers = new Map();
    made.set(table, renderers);
  }
  const signature = fields === table.fields ? keys : `${keys} ${fields.map((field) => field.id).join(' ')}`;
  let renderer = renderers.get(signature);
  if (renderer === undefined) {
    if (renderers.size >= renderersMax) renderers.clear();
    renderer = createRenderer(fields, keys);
    renderers.set(signature, renderer);
  }
  return renderer;
}

function createRenderer(chosen: readonly Field[], keys: FieldKeys): RecordRenderer {
  const fields = chosen.filter((field) => !fieldTypes[field.type].isHidden);
  const shown = fields.map((field): ShownField => {
    return { field, key: keys === 'id' ? field.id : field.name, read: readValueOf(field) };
  });
  const valuesOf = rowReader(shown);
  return {
    relations: fields.filter((field) => fieldTypes[field.type].storage === 'links'),
    // id, created_at and updated_at stand outside the fields.
    projection: projectionOf([0, 1, 2, ...fields.flatMap(({ slot }) => (slot < 0 ? [] : slot))]),
    render(row, links, expanded) {
      const record = {
        id: row[0] as number,
        created_at: row[1] as string,
        updated_at: row[2] as string,
        fields: valuesOf(row, links),
      };
      if (expanded !== undefined) showLinked(record, shown, expanded);
      return record;
    },
  };
}

/** Puts records in place of ids; what the key may not see, or what is gone meanwhile, is left out. */
function showLinked(record: ShownRecord, shown: readonly ShownField[], expanded: Expanded): void {
  for (const { field, key } of shown) {
    const records = expanded.get(field.id);
    if (records === undefined) continue;
    const ids = record.fields[key] as readonly number[];
    record.fields[key] = ids.flatMap((id) => records.get(id) ?? []);
  }
}
