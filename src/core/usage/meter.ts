/**
 * Counts calls in memory by key, table, verb, status class and minute, and writes the sums in one transaction per flush. A
 * count is never lost while the process lives: what arrives during a flush waits for the next, what a failed flush held
 * is kept.
 */
import type { Clock } from '../clock.ts';
import type { Store, Tx } from '../store.ts';
import type { UsageRow } from '../system-rows.ts';

export interface Meter {
  /** `keyId` and the rest as in `UsageRow`; allocation-free after the first call of a minute. */
  count(keyId: string, workspaceId: string, appId: string, tableId: string, verb: string, httpStatus: number): void;
  /** Marks a secret as used now from this address (flushed with the counts). */
  touch(secretHash: string, address: string): void;
  /** Writes everything counted so far in one transaction. */
  flush(): Promise<void>;
}

/** Status classes in the order of a cell's counters. */
const classes = [2, 4, 5, 401, 423, 429] as const;

function classIndex(httpStatus: number): number {
  if (httpStatus < 400) return 0;
  if (httpStatus === 401) return 3;
  if (httpStatus === 423) return 4;
  if (httpStatus === 429) return 5;
  return httpStatus < 500 ? 1 : 2;
}

/** Calls of one key on one table (or on an app as a whole) by verb and status class. */
interface Cell {
  readonly workspaceId: string;
  readonly appId: string;
  readonly verbs: Map<string, number[]>;
}

interface Use {
  count: number;
  at: number;
  address: string;
}

type Counts = Map<string, Map<string, Cell>>;

/** Longest text kept of what a proxy calls an address. */
const addressLengthMax = 64;

export function createMeter(store: Store, clock: Clock): Meter {
  let minute = Math.floor(clock.now() / 60_000);
  let counts: Counts = new Map();
  let uses = new Map<string, Use>();
  /** Summed and not yet written, by the usage table's primary key. */
  let waiting = new Map<string, UsageRow>();
  let flushing: Promise<void> | null = null;

  /** Moves the counts of the minute that they were made in to what waits for a flush. */
  function settle(): void {
    for (const [keyId, cells] of counts) {
      for (const [place, cell] of cells) {
        const tableId = place === cell.appId ? '' : place;
        for (const [verb, byClass] of cell.verbs) {
          classes.forEach((status, i) => {
            const calls = byClass[i] ?? 0;
            if (calls > 0) {
              const { workspaceId, appId } = cell;
              addTo(waiting, {
                key_id: keyId,
                table_id: tableId,
                verb,
                status,
                minute,
                workspace_id: workspaceId,
                app_id: appId,
                calls,
              });
            }
          });
        }
      }
    }
    counts = new Map();
  }

  async function writeAll(): Promise<void> {
    settle();
    if (waiting.size === 0 && uses.size === 0) return;
    const rows = waiting;
    const used = uses;
    waiting = new Map();
    uses = new Map();
    try {
      await store.write(async (tx) => {
        for (const row of rows.values()) await tx.add('usage', row, ['calls']);
        for (const [hash, use] of used) await recordUse(tx, hash, use);
      });
    } catch (error) {
      for (const row of rows.values()) addTo(waiting, row);
      for (const [hash, use] of used) {
        const newer = uses.get(hash);
        if (newer === undefined) uses.set(hash, use);
        else newer.count += use.count;
      }
      throw error;
    }
  }

  return {
    count(keyId, workspaceId, appId, tableId, verb, httpStatus) {
      const now = Math.floor(clock.now() / 60_000);
      if (now !== minute) {
        settle();
        minute = now;
      }
      let cells = counts.get(keyId);
      if (cells === undefined) {
        cells = new Map();
        counts.set(keyId, cells);
      }
      // A call that touches no table is counted under its app: ids never collide, so one map holds both.
      const place = tableId === '' ? appId : tableId;
      let cell = cells.get(place);
      if (cell === undefined) {
        cell = { workspaceId, appId, verbs: new Map() };
        cells.set(place, cell);
      }
      let byClass = cell.verbs.get(verb);
      if (byClass === undefined) {
        byClass = [0, 0, 0, 0, 0, 0];
        cell.verbs.set(verb, byClass);
      }
      const index = classIndex(httpStatus);
      byClass[index] = (byClass[index] ?? 0) + 1;
    },

    touch(secretHash, address) {
      const use = uses.get(secretHash);
      if (use === undefined) {
        uses.set(secretHash, { count: 1, at: clock.now(), address });
        return;
      }
      use.count += 1;
      use.at = clock.now();
      use.address = address;
    },

    async flush() {
      // Two transactions at a time would race for the same rows; and a caller wants its own counts written, not another's.
      while (flushing !== null) await flushing.catch(() => undefined);
      flushing = writeAll();
      try {
        await flushing;
      } finally {
        flushing = null;
      }
    },
  };
}

function addTo(rows: Map<string, UsageRow>, row: UsageRow): void {
  const name = `${row.key_id} ${row.app_id} ${row.table_id} ${row.verb} ${row.status} ${row.minute}`;
  const known = rows.get(name);
  if (known === undefined) rows.set(name, { ...row });
  else known.calls += row.calls;
}

/** Adds to the counters of a secret; one that was deleted meanwhile stays deleted, so no upsert here. */
async function recordUse(tx: Tx, hash: string, use: Use): Promise<void> {
  const secret = await tx.find('key_secrets', { hash });
  if (secret === undefined) return;
  await tx.update(
    'key_secrets',
    { hash },
    {
      use_count: secret.use_count + use.count,
      last_used_at: Math.max(secret.last_used_at ?? 0, use.at),
      last_used_address: use.address.slice(0, addressLengthMax),
    },
  );
}
