/** Prints what was measured beside its budget. */
import type { LoadResult } from './load.ts';

export interface Line {
  readonly name: string;
  readonly floor?: LoadResult;
  readonly ours?: LoadResult;
  /** Least ratio of ours to the floor. */
  readonly budget?: number | undefined;
  /** What to print where there is no rate. */
  readonly value?: string;
  /** A ratio of its own, and the most it may be. */
  readonly ratio?: number;
  readonly most?: number | undefined;
  readonly measured?: number;
  readonly mostMeasured?: number | undefined;
  readonly leastMeasured?: number | undefined;
}

/** @returns whether every budget was met */
export function printReport(lines: readonly Line[]): boolean {
  let isWithin = true;
  for (const line of lines) {
    const verdict = verdictOf(line);
    if (verdict.startsWith('MISSED')) isWithin = false;
    console.log(`${line.name.padEnd(66)} ${describe(line).padEnd(78)} ${verdict}`);
  }
  return isWithin;
}

function describe({ floor, ours, value }: Line): string {
  if (floor === undefined || ours === undefined) return value ?? '';
  const failures = ours.failures > 0 ? `, ${ours.failures} failures` : '';
  return `${rate(ours)} against ${rate(floor)}/s = ${percent(ours.perSecond / floor.perSecond)}; p99 ${ours.p99Ms.toFixed(1)} against ${floor.p99Ms.toFixed(1)} ms${failures}`;
}

function verdictOf({ floor, ours, budget, ratio, most, measured, mostMeasured, leastMeasured }: Line): string {
  if (budget !== undefined && floor !== undefined && ours !== undefined) {
    const share = ours.perSecond / floor.perSecond;
    return `${share >= budget ? 'ok' : 'MISSED'} (at least ${percent(budget)})`;
  }
  if (most !== undefined && ratio !== undefined)
    return `${ratio <= most ? 'ok' : 'MISSED'} (${ratio.toFixed(2)}, at most ${most})`;
  if (mostMeasured !== undefined && measured !== undefined)
    return `${measured <= mostMeasured ? 'ok' : 'MISSED'} (at most ${mostMeasured})`;
  if (leastMeasured !== undefined && measured !== undefined)
    return `${measured >= leastMeasured ? 'ok' : 'MISSED'} (at least ${leastMeasured})`;
  return '';
}

function rate({ perSecond }: LoadResult): string {
  return Math.round(perSecond).toLocaleString('en');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
