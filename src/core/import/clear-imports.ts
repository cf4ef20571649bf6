import type { Core } from '../context.ts';
import type { Step } from '../retention/kept-log.ts';
import { keepOf, passedBefore } from '../retention/life.ts';
import { removeSome } from './delete-import.ts';

/** Removes imports that ended long ago, with the rows that they refused. */
export function clearImports(core: Core): Step | null {
  const before = passedBefore(core, keepOf(core).importDays);
  if (before === null) return null;
  const where = {
    state: { in: ['finished', 'failed', 'cancelled'] as const },
    created_at: { lte: before },
    finished_at: { lte: before },
  };
  return async (rowsMax) => {
    const [row] = await core.store.list('imports', where, { orderBy: [['created_at', 'asc']], limit: 1 });
    if (row === undefined) return null;
    // Counted are imports: the rows that they refused go with them.
    return (await removeSome(core, row, rowsMax)) === 'import' ? 1 : 0;
  };
}
