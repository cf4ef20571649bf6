/**
 * What is kept beside records that came through forms. Most tables have nothing of it, and that is remembered: what this server
 * writes counts at once, what another one writes within a second.
 */
import type { Core } from '../context.ts';
import type { SubmissionRow } from '../system-rows.ts';

const trustedMs = 1000;

/** By table: until when it is taken to have none. */
const empty = new WeakMap<Core, Map<string, number>>();
const tablesMax = 10_000;

function emptyTables(core: Core): Map<string, number> {
  let tables = empty.get(core);
  if (tables === undefined) {
    tables = new Map();
    empty.set(core, tables);
  }
  return tables;
}

/** True where it is known, without asking, that there is nothing. */
export function hasNoTraces(core: Core, tableId: string): boolean {
  return (emptyTables(core).get(tableId) ?? 0) > core.clock.monotonic();
}

/** To be told with the write: from now on there may be something. */
export function noteTrace(core: Core, tableId: string): void {
  emptyTables(core).set(tableId, 0);
}

/** By record id; records that have none are absent. */
export async function tracesOf(
  core: Core,
  tableId: string,
  ids: readonly number[],
): Promise<ReadonlyMap<number, SubmissionRow>> {
  const tables = emptyTables(core);
  if (hasNoTraces(core, tableId)) return new Map();
  const before = tables.get(tableId);
  const rows = await core.store.list('submissions', { table_id: tableId, record_id: { in: [...ids] } });
  if (rows.length === 0 && (await core.store.list('submissions', { table_id: tableId }, { limit: 1 })).length === 0) {
    if (tables.size >= tablesMax) tables.clear();
    // Unless something was written while it was read.
    if (tables.get(tableId) === before) tables.set(tableId, core.clock.monotonic() + trustedMs);
  }
  return new Map(rows.map((row) => [row.record_id, row]));
}
