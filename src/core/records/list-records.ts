import type { Actor, Core } from '../context.ts';
import type { Field } from '../fields/field-type.ts';
import { shownRow } from '../files/file-links.ts';
import { fileFieldsOf } from '../files/file-refs.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { changedMeanwhile } from './changed-meanwhile.ts';
import type { Filter, RecordQuery, StoredRow } from './query.ts';
import { type Links, linksOf } from './record-view.ts';

export interface RecordPage {
  readonly rows: readonly StoredRow[];
  readonly links: Links;
  /** Whether at least one more record follows. */
  readonly hasMore: boolean;
}

/**
 * One page of records with their links. `relations` names the relation fields that the caller will show (default: all).
 * Asks the store for one row more than the page holds, so that `hasMore` costs no count.
 */
export async function listRecords(
  core: Core,
  actor: Actor,
  table: TableSchema,
  query: RecordQuery,
  relations: readonly Field[] = table.relations,
): Promise<RecordPage> {
  requireVerb(actor, table, 'read');
  const found = await core.store.records
    .page(table, { ...query, limit: query.limit + 1 })
    .catch(changedMeanwhile(core, table));
  const hasMore = found.length > query.limit;
  if (hasMore) found.length = query.limit;
  const rows = fileFieldsOf(table).length === 0 ? found : found.map((row) => shownRow(core, table, row));
  return { rows, links: await linksOf(core.store, relations, rows), hasMore };
}

/** How many records match; exact. */
export async function countRecords(core: Core, actor: Actor, table: TableSchema, filter?: Filter): Promise<number> {
  requireVerb(actor, table, 'read');
  return core.store.records.count(table, filter).catch(changedMeanwhile(core, table));
}
