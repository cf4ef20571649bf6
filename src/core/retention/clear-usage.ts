/** Clears usage key by key, oldest minute first: the order in which it is kept, so nothing is searched. */
import type { Core } from '../context.ts';
import type { Step } from './kept-log.ts';
import { keepOf, passedBefore } from './life.ts';

const minuteMs = 60_000;

export function clearUsage(core: Core): Step | null {
  const before = passedBefore(core, keepOf(core).usageDays);
  if (before === null) return null;
  const minute = Math.floor(before / minuteMs);
  let keyId: string | null = null;
  return async (rowsMax) => {
    keyId ??= await nextKey(core, '');
    while (keyId !== null) {
      const removed = await clearUsageOf(core, keyId, minute, rowsMax);
      if (removed > 0) return removed;
      keyId = await nextKey(core, keyId);
    }
    return null;
  };
}

async function nextKey(core: Core, after: string): Promise<string | null> {
  const order = [
    ['key_id', 'asc'],
    ['minute', 'asc'],
  ] as const;
  const [next] = await core.store.list('usage', { key_id: { gt: after } }, { orderBy: order, limit: 1 });
  return next?.key_id ?? null;
}

async function clearUsageOf(core: Core, keyId: string, minute: number, rowsMax: number): Promise<number> {
  const old = await core.store.list(
    'usage',
    { key_id: keyId, minute: { lt: minute } },
    { orderBy: [['minute', 'asc']], limit: rowsMax },
  );
  const last = old.at(-1);
  if (last === undefined) return 0;
  // Whole minutes by one condition; of the last, of which there may be more, row by row.
  const ofLast = old.filter((row) => row.minute === last.minute);
  return core.store.write(async (tx) => {
    let removed = await tx.remove('usage', { key_id: keyId, minute: { lt: last.minute } });
    for (const { table_id, verb, status } of ofLast) {
      removed += await tx.remove('usage', { key_id: keyId, minute: last.minute, table_id, verb, status });
    }
    return removed;
  });
}
