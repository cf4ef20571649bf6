/**
 * Removes what has passed its life from the logs: changes, audit, usage. In steps so small that no request notices, with room
 * for others between them; a step that is interrupted is done the next time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Core } from '../context.ts';
import { type Keep, keepDefaults } from './keep.ts';

const dayMs = 24 * 3600 * 1000;
const rowsPerStep = 500;
const pauseMs = 5;

export interface Cleared {
  readonly changes: number;
  readonly audit: number;
  readonly usage: number;
}

export async function clearOld(core: Core): Promise<Cleared> {
  const keep: Keep = core.settings.keep ?? keepDefaults;
  const now = core.clock.now();
  const before = (days: number) => (days === 0 ? null : now - days * dayMs);
  return {
    changes: await clearLog(core, 'changes', before(keep.changesDays)),
    audit: await clearLog(core, 'audit', before(keep.auditDays)),
    usage: await clearUsage(core, before(keep.usageDays)),
  };
}

/** Entries are in the order of their times, so the oldest are the first and no search is needed. */
async function clearLog(core: Core, log: 'changes' | 'audit', before: number | null): Promise<number> {
  if (before === null) return 0;
  let removed = 0;
  for (;;) {
    const rows = await core.store.list(log, {}, { orderBy: [['seq', 'asc']], limit: rowsPerStep });
    const young = rows.findIndex(({ at }) => at >= before);
    const last = (young === -1 ? rows : rows.slice(0, young)).at(-1);
    if (last === undefined) return removed;
    removed += await core.store.write((tx) => tx.remove(log, { seq: { lte: last.seq } }));
    if (young !== -1) return removed;
    await pause(pauseMs);
  }
}

const minuteMs = 60_000;

/** Key by key, oldest minute first: the order in which usage is kept, so nothing is searched. */
async function clearUsage(core: Core, before: number | null): Promise<number> {
  if (before === null) return 0;
  const minute = Math.floor(before / minuteMs);
  let removed = 0;
  let keyId = '';
  for (;;) {
    const order = [
      ['key_id', 'asc'],
      ['minute', 'asc'],
    ] as const;
    const [next] = await core.store.list('usage', { key_id: { gt: keyId } }, { orderBy: order, limit: 1 });
    if (next === undefined) return removed;
    keyId = next.key_id;
    if (next.minute < minute) removed += await clearUsageOf(core, keyId, minute);
    await pause(pauseMs);
  }
}

async function clearUsageOf(core: Core, keyId: string, minute: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const old = await core.store.list(
      'usage',
      { key_id: keyId, minute: { lt: minute } },
      { orderBy: [['minute', 'asc']], limit: rowsPerStep },
    );
    const last = old.at(-1);
    if (last === undefined) return removed;
    // The rest of the last minute goes with it: few rows, and the step ends on a whole minute.
    removed += await core.store.write((tx) => tx.remove('usage', { key_id: keyId, minute: { lte: last.minute } }));
    if (old.length < rowsPerStep) return removed;
    await pause(pauseMs);
  }
}
