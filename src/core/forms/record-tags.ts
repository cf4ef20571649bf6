/** Tags of records: ids whose meaning is kept by who shows them. */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireVerb } from '../permit.ts';
import type { Reads, Tx } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';

/** Tags by record id; records without any are absent. */
export async function recordTags(
  reads: Reads,
  tableId: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const tags = new Map<number, string[]>();
  for (const row of await reads.list('record_tags', { table_id: tableId, record_id: { in: ids } })) {
    const own = tags.get(row.record_id);
    if (own === undefined) tags.set(row.record_id, [row.tag]);
    else own.push(row.tag);
  }
  return tags;
}

/** Ids of the records that carry at least one of the tags. */
export async function taggedRecords(reads: Reads, tableId: string, tags: readonly string[]): Promise<number[]> {
  const rows = await reads.list('record_tags', { table_id: tableId, tag: { in: tags } });
  return [...new Set(rows.map((row) => row.record_id))];
}

/** Replaces the tags of one record. */
export async function setRecordTags(tx: Tx, tableId: string, recordId: number, tags: readonly string[]): Promise<void> {
  await tx.remove('record_tags', { table_id: tableId, record_id: recordId });
  for (const tag of new Set(tags)) await tx.insert('record_tags', { table_id: tableId, record_id: recordId, tag });
}

/** Replaces the tags of one record. @throws record_not_found, scope_missing */
export async function tagRecord(
  core: Core,
  actor: Actor,
  table: TableSchema,
  recordId: number,
  tags: readonly string[],
): Promise<void> {
  requireVerb(actor, table, 'update');
  await core.store.write(async (tx) => {
    if ((await tx.records.get(table, recordId)) === undefined) throw new AppError('record_not_found');
    await setRecordTags(tx, table.id, recordId, tags);
  });
}

/** Takes a tag off every record of a table: it exists no more. */
export async function dropRecordTag(core: Core, actor: Actor, table: TableSchema, tag: string): Promise<void> {
  requireVerb(actor, table, 'update');
  await core.store.write((tx) => tx.remove('record_tags', { table_id: table.id, tag }));
}
