/**
 * How many records each block of ids holds, so that offsets and counts cost the same at any size. Kept in the same
 * transaction as the records.
 */
import type { TableSchema } from '../../core/tables/table-schema.ts';
import type { EngineTx, Executor } from '../engine.ts';
import { hole, sql } from '../sql.ts';
import type { Compile } from '../statement.ts';

/** Ids per block: the most rows that an offset still has to step over. */
export const blockIds = 4096;

/** Where a page at an offset begins: at this id (inclusive), stepping over so many records. */
export interface OffsetStart {
  readonly id: number;
  readonly skip: number;
}

/** What one transaction adds to and takes from blocks, by table number and block, until it is written. */
export type BlockDeltas = Map<number, Map<number, number>>;

export function countRecord(deltas: BlockDeltas, table: TableSchema, id: number, n: 1 | -1): void {
  let blocks = deltas.get(table.number);
  if (blocks === undefined) {
    blocks = new Map();
    deltas.set(table.number, blocks);
  }
  const block = Math.floor(id / blockIds);
  blocks.set(block, (blocks.get(block) ?? 0) + n);
}

export interface RecordBlocks {
  total(on: Executor, table: TableSchema): Promise<number>;
  /** Null: the offset lies beyond the last record. */
  locate(on: Executor, table: TableSchema, offset: number, direction: 'asc' | 'desc'): Promise<OffsetStart | null>;
  /** Writes the deltas and empties them. */
  flush(on: EngineTx, deltas: BlockDeltas): Promise<void>;
  forget(on: EngineTx, table: TableSchema): Promise<void>;
}

export function createRecordBlocks(compile: Compile): RecordBlocks {
  const total = compile(sql`select coalesce(sum(n), 0) from record_blocks where table_number = ${hole(0)}`);
  const all = compile(sql`select block, n from record_blocks where table_number = ${hole(0)} order by block`);
  const add = compile(sql`insert into record_blocks (table_number, block, n) values (${hole(0)}, ${hole(1)}, ${hole(2)})
    on conflict (table_number, block) do update set n = record_blocks.n + excluded.n`);
  const sweep = compile(
    sql`delete from record_blocks where table_number = ${hole(0)} and block = ${hole(1)} and n = 0`,
  );
  const forget = compile(sql`delete from record_blocks where table_number = ${hole(0)}`);

  return {
    async total(on, table) {
      const rows = await on.arrays(total.text, [table.number]);
      return Number(rows[0]?.[0]);
    },
    async locate(on, table, offset, direction) {
      const blocks = (await on.arrays(all.text, [table.number])) as [number, number][];
      if (direction === 'desc') blocks.reverse();
      let left = offset;
      for (const [block, n] of blocks) {
        if (left < n) return { id: direction === 'asc' ? block * blockIds : (block + 1) * blockIds - 1, skip: left };
        left -= n;
      }
      return null;
    },
    async flush(on, deltas) {
      for (const [number, blocks] of deltas) {
        for (const [block, n] of blocks) {
          if (n === 0) continue;
          await on.run(add.text, [number, block, n]);
          // An emptied block would be walked for ever after.
          if (n < 0) await on.run(sweep.text, [number, block]);
        }
      }
      deltas.clear();
    },
    async forget(on, table) {
      await on.run(forget.text, [table.number]);
    },
  };
}
