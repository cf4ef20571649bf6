/**
 * Removes what has passed its life, log by log. In steps so small that no request notices, with room for others between
 * them; what is interrupted is done the next time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Core } from '../context.ts';
import { keptLogs } from './kept-logs.ts';

/** Rows of one step: about a millisecond. */
const rowsPerStep = 250;
const pauseMs = 5;

/** How many rows of each log went. */
export type Cleared = Readonly<Record<string, number>>;

export async function clearOld(core: Core): Promise<Cleared> {
  const cleared: Record<string, number> = {};
  for (const { name, begin } of keptLogs) {
    const step = begin(core);
    cleared[name] = 0;
    if (step === null) continue;
    for (let rows = await step(rowsPerStep); rows !== null; rows = await step(rowsPerStep)) {
      cleared[name] += rows;
      await pause(pauseMs);
    }
  }
  return cleared;
}
