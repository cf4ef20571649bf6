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
  const touched = new Set<string>();
  try {
    return await writeOnce(core, once, async (tx) => {
      const touch: Touch = async (tableId) => {
        const table = await loadTable(tx, tableId);
        if (table === undefined) throw new AppError('table_not_found');
        if (!touched.has(tableId)) {
          touched.add(tableId);
          core.catalog.markChanging(tableId);
          await tx.update('tables', { id: tableId }, { version: table.version + 1, updated_at: core.clock.now() });
        }
        return table;
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
