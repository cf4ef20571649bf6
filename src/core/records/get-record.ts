import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { shownRow } from '../files/file-links.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { changedMeanwhile } from './changed-meanwhile.ts';
import type { StoredRow } from './query.ts';
import { noLinks, type RecordView, viewOf } from './record-view.ts';

/** One record with its links. @throws record_not_found, scope_missing */
export async function getRecord(core: Core, actor: Actor, table: TableSchema, id: number): Promise<RecordView> {
  requireVerb(actor, table, 'read');
  let found: StoredRow | undefined;
  try {
    found = await core.store.records.get(table, id);
  } catch (error) {
    return changedMeanwhile(core, table)(error);
  }
  if (found === undefined) throw new AppError('record_not_found');
  const row = shownRow(core, table, found);
  return table.relations.length === 0 ? { table, row, links: noLinks } : viewOf(core.store, table, row);
}
