/**
 * How often forms were opened: counted in memory and written now and then, so that showing a form writes nothing. What was
 * counted and not yet written is lost when the process is killed; what a failed flush held is kept.
 */
import type { Reads, Store } from '../store.ts';

export interface Visits {
  /** The form of this table was opened. */
  count(tableId: string): void;
  /** Visits of each of these tables; tables that had none are absent. */
  of(tableIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Writes everything counted so far in one transaction. */
  flush(): Promise<void>;
}

export function createVisits(store: Store): Visits {
  let waiting = new Map<string, number>();
  let flushing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const leaving = waiting;
    waiting = new Map();
    try {
      await store.write(async (tx) => {
        for (const [id, visits] of leaving) {
          // A table that was deleted meanwhile leaves nothing behind.
          if ((await tx.find('tables', { id })) === undefined) continue;
          await tx.add('visits', { table_id: id, visits }, ['visits']);
        }
      });
    } catch (error) {
      for (const [id, visits] of leaving) waiting.set(id, (waiting.get(id) ?? 0) + visits);
      throw error;
    }
  }

  return {
    count(tableId) {
      waiting.set(tableId, (waiting.get(tableId) ?? 0) + 1);
    },
    async of(tableIds) {
      // What is being written is neither waiting nor to be read yet.
      await flushing.catch(() => undefined);
      const found = await storedVisits(store, tableIds);
      for (const id of tableIds) {
        const more = waiting.get(id) ?? 0;
        if (more > 0) found.set(id, (found.get(id) ?? 0) + more);
      }
      return found;
    },
    flush() {
      flushing = flushing.catch(() => undefined).then(() => (waiting.size === 0 ? undefined : write()));
      return flushing;
    },
  };
}

async function storedVisits(reads: Reads, tableIds: readonly string[]): Promise<Map<string, number>> {
  if (tableIds.length === 0) return new Map();
  const rows = await reads.list('visits', { table_id: { in: [...tableIds] } });
  return new Map(rows.map(({ table_id: id, visits }) => [id, visits]));
}
