/**
 * The frame of every change to tables and fields: one transaction, the tables marked while it runs so that writes queued
 * behind it re-read them, and memory dropped when it is over.
 */
import { loadTable } from '../catalog.ts';
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type Once, writeOnce } from '../once.ts';
import type { Tx } from '../store.ts';
import type { TableSchema } from './table-schema.ts';

/** Marks a table as changing and answers it as this transaction sees it. Call before changing it. */
export type Touch = (tableId: string) => Promise<TableSchema>;

export async function changeSchema<T>(
  core: Core,
  work: (tx: Tx, touch: Touch) => Promise<T>,
  once?: Once<T>,
): Promise<T> {
  /** Marked as changing. */
  const touched = new Set<string>();
  const changed = new Set<string>();
  try {
    return await writeOnce(core, once, async (tx) => {
      const touch: Touch = async (tableId) => {
        const table = await loadTable(tx, tableId);
        if (table === undefined) throw new AppError('table_not_found');
        if (!changed.has(tableId)) {
          changed.add(tableId);
          if (!touched.has(tableId)) await mark(table);
          await tx.update('tables', { id: tableId }, { updated_at: core.clock.now() });
          await markReaders(table);
        }
        return table;
      };
      const mark = async ({ id, version }: TableSchema) => {
        touched.add(id);
        core.catalog.markChanging(id);
        await tx.update('tables', { id }, { version: version + 1 });
      };
      /** Formulas of linked tables may read this one: what was made ready for them is made anew. */
      const markReaders = async (table: TableSchema) => {
        for (const { options } of table.relations) {
          const id = String(options.target);
          if (touched.has(id) || (await tx.find('fields', { table_id: id, type: 'formula' })) === undefined) continue;
          const reader = await loadTable(tx, id);
          if (reader !== undefined) await mark(reader);
        }
      };
      return work(tx, touch);
    });
  } finally {
    for (const tableId of touched) {
      core.catalog.settle(tableId);
      core.events.emit('catalog.changed', { workspaceId: null, tableId });
    }
  }
}
