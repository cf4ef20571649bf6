/** Clears the logs whose entries are in the order of their times: the oldest are the first, and no search is needed. */
import type { Core } from '../context.ts';
import type { Step } from './kept-log.ts';
import { keepOf, passedBefore } from './life.ts';

export const clearChanges = (core: Core): Step | null =>
  clearLog(core, 'changes', passedBefore(core, keepOf(core).changesDays));

export const clearAudit = (core: Core): Step | null =>
  clearLog(core, 'audit', passedBefore(core, keepOf(core).auditDays));

function clearLog(core: Core, log: 'changes' | 'audit', before: number | null): Step | null {
  if (before === null) return null;
  return async (rowsMax) => {
    const rows = await core.store.list(log, {}, { orderBy: [['seq', 'asc']], limit: rowsMax });
    const young = rows.findIndex(({ at }) => at >= before);
    const last = (young === -1 ? rows : rows.slice(0, young)).at(-1);
    if (last === undefined) return null;
    return core.store.write((tx) => tx.remove(log, { seq: { lte: last.seq } }));
  };
}
