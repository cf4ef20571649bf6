/**
 * The frame of every write of records: what was sent is read outside the transaction (hashing and uploading take time) and
 * written inside it, against the same version of the table. Choices that it brings are written with it or not at all.
 */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type Once, writeOnce } from '../once.ts';
import type { ChangeEntry } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { choiceGrowth } from './add-new-choices.ts';
import type { RecordInput } from './read-input.ts';
import { announce, currentTable, inWriteScope, type WriteScope } from './write-record.ts';

/** A write that waited behind a change of its table starts again with the new one, so many times. */
const triesMax = 5;

class TableChanged extends Error {
  readonly table: TableSchema;
  constructor(table: TableSchema) {
    super('the table was changed while a write to it waited');
    this.table = table;
  }
}

/**
 * `prepare` reads the input for a version of the table, `apply` writes what it made; both run again when the table has been
 * changed in between. `inputs`: where names can stand that become choices. Resolves when it is on disk.
 */
export async function writeAgainst<P, T>(
  core: Core,
  actor: Actor,
  known: TableSchema,
  inputs: readonly RecordInput[],
  once: Once<T> | undefined,
  prepare: (table: TableSchema) => P | Promise<P>,
  apply: (scope: WriteScope, table: TableSchema, prepared: P) => Promise<T>,
): Promise<T> {
  let table = known;
  for (let tries = 1; ; tries += 1) {
    const growth = choiceGrowth(table, inputs);
    const written = growth?.table ?? table;
    const prepared = await prepare(written);
    const changes: ChangeEntry[] = [];
    let isMarked = false;
    try {
      const result = await writeOnce(core, once, (tx) =>
        inWriteScope(core, actor, tx, changes, async (scope) => {
          const current = await currentTable(scope, table);
          if (current.version !== table.version) throw new TableChanged(current);
          if (growth !== null) {
            core.catalog.markChanging(table.id);
            isMarked = true;
            if (!(await growth.write(tx))) throw new TableChanged(await currentTable(scope, table));
          }
          return apply(scope, written, prepared);
        }),
      );
      announce(core, changes);
      return result;
    } catch (error) {
      if (!(error instanceof TableChanged)) throw error;
      if (tries >= triesMax) {
        throw new AppError('store_unavailable', 'The table is being changed; try again.', { retryAfterSeconds: 1 });
      }
      table = error.table;
    } finally {
      if (isMarked) {
        core.catalog.settle(table.id);
        core.events.emit('catalog.changed', { workspaceId: null, tableId: table.id });
      }
    }
  }
}
