/**
 * Which records show which files: kept exact in the transaction of every record write, so that a file that nobody shows
 * is known without searching. Records of deleted fields, tables and apps are let go by the collector.
 */
import type { Field, Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { Tx } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { storedFiles } from './file-value.ts';

const known = new WeakMap<TableSchema, readonly Field[]>();

/** The fields of a table whose values are files: worked out once per table version, empty for most. */
export function fileFieldsOf(table: TableSchema): readonly Field[] {
  let fields = known.get(table);
  if (fields === undefined) {
    fields = table.fields.filter((field) => fieldTypes[field.type].refersTo === 'files');
    known.set(table, fields);
  }
  return fields;
}

function idsIn(stored: Stored): ReadonlySet<string> {
  return new Set(storedFiles(stored).flatMap((file) => file.id ?? []));
}

/** One field of one record shows `after` where it showed `before` (stored forms). */
export async function moveFileRefs(
  tx: Tx,
  now: number,
  field: Field,
  recordId: number,
  before: Stored,
  after: Stored,
): Promise<void> {
  const old = idsIn(before);
  const next = idsIn(after);
  for (const id of next) {
    if (old.has(id)) continue;
    await tx.upsert('file_refs', { field_id: field.id, record_id: recordId, file_id: id, table_id: field.tableId });
    await tx.update('files', { id }, { detached_at: null });
  }
  for (const id of old) {
    if (next.has(id)) continue;
    await tx.remove('file_refs', { field_id: field.id, record_id: recordId, file_id: id });
    await noteDetached(tx, now, id);
  }
}

const recordsPerQuery = 500;

/** The records are gone. */
export async function dropFileRefs(tx: Tx, now: number, table: TableSchema, ids: readonly number[]): Promise<void> {
  for (const field of fileFieldsOf(table)) {
    for (let at = 0; at < ids.length; at += recordsPerQuery) {
      const where = { field_id: field.id, record_id: { in: ids.slice(at, at + recordsPerQuery) } };
      const refs = await tx.list('file_refs', where);
      if (refs.length === 0) continue;
      await tx.remove('file_refs', where);
      for (const id of new Set(refs.map((ref) => ref.file_id))) await noteDetached(tx, now, id);
    }
  }
}

/** From now on the file is an orphan, if nothing else shows it. */
export async function noteDetached(tx: Tx, now: number, id: string): Promise<void> {
  if ((await tx.count('file_refs', { file_id: id })) === 0) await tx.update('files', { id }, { detached_at: now });
}
