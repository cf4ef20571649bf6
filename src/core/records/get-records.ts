import type { Actor, Core } from '../context.ts';
import type { Field } from '../fields/field-type.ts';
import { shownRow } from '../files/file-links.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { changedMeanwhile } from './changed-meanwhile.ts';
import type { RecordPage } from './list-records.ts';
import type { StoredRow } from './query.ts';
import { linksOf } from './record-view.ts';

/** The records that exist among `ids`, ascending, with their links through `relations` (default: all). */
export async function getRecords(
  core: Core,
  actor: Actor,
  table: TableSchema,
  ids: readonly number[],
  relations: readonly Field[] = table.relations,
): Promise<RecordPage> {
  requireVerb(actor, table, 'read');
  const found = await rowsOf(core, table, ids).catch(changedMeanwhile(core, table));
  const rows = found.map((row) => shownRow(core, table, row));
  return { rows, links: await linksOf(core.store, relations, rows), hasMore: false };
}

/** One record by its id is found without a list. */
async function rowsOf(core: Core, table: TableSchema, ids: readonly number[]): Promise<StoredRow[]> {
  const [id] = ids;
  if (id === undefined || ids.length > 1) return core.store.records.getMany(table, ids);
  const row = await core.store.records.get(table, id);
  return row === undefined ? [] : [row];
}
