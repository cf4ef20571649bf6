/** What is promised about a server under load, each with whether it was kept. For people: tests assert what is no time. */
import { type Answered, percentile } from '../../bench/open-loop.ts';
import type { ClientRun } from './clients.ts';
import type { Cores, LoadReport, Phase } from './prove.ts';

export interface Judgement {
  readonly text: string;
  readonly isKept: boolean;
  /** About times, which are nobody's fault where the machine has other things to do. */
  readonly isOfTime: boolean;
}

/** Cores: with more than this for others, times are not judged. */
const noiseMax = 0.15;

export const sumOf = ({ crowd, few }: Phase, take: (run: ClientRun) => number): number => take(crowd) + take(few);

/** What else the machine did, and whether that is too much; null where the system does not tell. */
export function noiseOf({ others, stolen }: Cores): { readonly text: string; readonly isMuch: boolean } | null {
  if (others === null || stolen === null) return null;
  const text = `${others.toFixed(2)} cores for other programs, ${stolen.toFixed(2)} taken by the host`;
  return { text, isMuch: others + stolen > noiseMax };
}

export function judgeLoad(report: LoadReport): readonly Judgement[] {
  const { idle, loaded, after, memoryMb } = report;
  const [taken, refused, sent] = [
    sumOf(loaded, ({ admitted }) => admitted.length),
    sumOf(loaded, (one) => one.refused),
    sumOf(loaded, (one) => one.sent),
  ];
  const hung = sumOf(loaded, (one) => one.hung) + sumOf(after, (one) => one.hung);
  const wrong = [...loaded.crowd.wrong.keys(), ...loaded.few.wrong.keys()];
  const idleMs = percentile(idle.few.admitted, 0.99);
  const loadedMs = percentile(loaded.few.admitted, 0.99);
  const firstSecond = after.few.admitted.filter(({ dueAt }: Answered) => dueAt < 1);
  const afterMs = percentile(firstSecond, 0.99);
  const refusedAfter = sumOf(after, (one) => one.refused);
  const half = memoryMb.length >> 1;
  const [early, late] = [Math.max(...memoryMb.slice(0, half)), Math.max(...memoryMb.slice(half))];
  return [
    {
      text: `admitted: ${timesOf(loaded.few.admitted)}; idle ${timesOf(idle.few.admitted)}: p99 ${(loadedMs / idleMs).toFixed(1)} × (at most 5)`,
      isKept: loadedMs <= 5 * idleMs,
      isOfTime: true,
    },
    {
      text: `refused ${refused} of ${sent} with 503, answered ${taken} (${((taken / sent) * 100).toFixed(0)} %), wrong ${wrong.join(', ') || 'none'}, hung ${hung}`,
      isKept: refused > 0 && taken + refused === sent && wrong.length === 0 && hung === 0,
      isOfTime: false,
    },
    {
      text: `memory ${early.toFixed(0)} MB in the first half, ${late.toFixed(0)} MB in the second (at most 10 % more)`,
      isKept: late <= early * 1.1,
      isOfTime: false,
    },
    {
      text: `first second after it was over: p99 ${afterMs.toFixed(1)} ms against ${idleMs.toFixed(1)} ms idle (at most 2 ×)`,
      isKept: afterMs <= 2 * idleMs,
      isOfTime: true,
    },
    { text: `refused after it: ${refusedAfter}`, isKept: refusedAfter === 0, isOfTime: false },
    {
      text: `health answered ${report.healthAnswered} of ${report.healthAsked} times`,
      isKept: report.healthAnswered === report.healthAsked,
      isOfTime: false,
    },
  ];
}

/** What the crowd saw: from when a request was written to its socket, and from when it was due. */
export function crowdTimes({ loaded: { crowd } }: LoadReport): string {
  const fromDue = percentile(crowd.admitted, 0.99, ({ tookMs, lateMs }) => tookMs + lateMs);
  return `the crowd itself: ${timesOf(crowd.admitted)} from when a request was written, p99 ${fromDue.toFixed(1)} ms from when it was due; ${crowd.unsent} could not be sent`;
}

function timesOf(times: readonly Answered[]): string {
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${times.length}`;
}
