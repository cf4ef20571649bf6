/**
 * Three times as many requests as the server can do, for a while: what it takes it answers in time, the rest it refuses
 * at once with 503 and `Retry-After` in the words of the dialect; health is told throughout, and afterwards all is as before.
 */
import { run } from '../../bench/load.ts';
import { type Answered, type OpenRun, percentile, sendOpenly } from '../../bench/open-loop.ts';
import { type Loaded, startLoaded } from './place.ts';

export interface LoadReport {
  /** Calls a second, with 32 connections that wait for each answer. */
  readonly capacity: number;
  readonly idle: OpenRun;
  readonly loaded: OpenRun;
  /** The first seconds after the load, at the rate of `idle`. */
  readonly after: OpenRun;
  readonly offeredPerSecond: number;
  /** Seconds of load. */
  readonly seconds: number;
  /** Resident memory of the server twice a second, while it was loaded. */
  readonly memoryMb: readonly number[];
  /** Times that `/healthz` was asked under load, and answered. */
  readonly healthAsked: number;
  readonly healthAnswered: number;
  /** Processor time of server and client while it was loaded, in cores. */
  readonly cores: { readonly server: number; readonly client: number };
  /** What the server counted. */
  readonly shed: number;
}

export interface ProofOptions {
  /** How many times what it can do the server is sent. */
  readonly times?: number;
  readonly tell?: (text: string) => void;
}

const connections = 1_000;
const idleShare = 0.1;

export async function proveLoad(
  seconds: number,
  { times = 3, tell = () => undefined }: ProofOptions = {},
): Promise<LoadReport> {
  const server = await startLoaded();
  try {
    const phaseSeconds = Math.max(1, Math.min(5, seconds / 4));
    await sendOpenly({ ...server, perSecond: 500, seconds: 1, connections: 16, request: server.request });
    tell('measuring what the server can do');
    const closed = {
      url: server.url,
      connections: 32,
      seconds: phaseSeconds,
      request: (n: number) => server.request(n).bytes,
    };
    const { perSecond, failures } = await run(closed);
    // The client counts 201 as a failure: both are answers.
    const capacity = perSecond + failures / phaseSeconds;
    const atRest = { url: server.url, perSecond: capacity * idleShare, connections: 64, request: server.request };
    tell(`${Math.round(capacity)} calls a second; measuring it idle`);
    const idle = await sendOpenly({ ...atRest, seconds: phaseSeconds });
    tell(`p99 ${percentile(idle.admitted, 0.99).toFixed(1)} ms; ${times} times as much for ${seconds} s`);
    const watch = watchServer(server);
    const offeredPerSecond = capacity * times;
    const used = async () => [(await server.metric('process_cpu_seconds_total')) ?? 0, process.cpuUsage()] as const;
    const [serverBefore, clientBefore] = await used();
    const from = performance.now();
    const loaded = await sendOpenly({ ...atRest, perSecond: offeredPerSecond, seconds, connections });
    const [serverAfter, clientAfter] = await used();
    const elapsed = (performance.now() - from) / 1000;
    const cores = {
      server: (serverAfter - serverBefore) / elapsed,
      client: (clientAfter.user + clientAfter.system - clientBefore.user - clientBefore.system) / 1e6 / elapsed,
    };
    const [after, watched] = await Promise.all([
      sendOpenly({ ...atRest, seconds: Math.min(phaseSeconds, 2) }),
      watch.end(),
    ]);
    const shed = (await server.metric('tessera_http_requests_shed_total')) ?? 0;
    return { capacity, idle, loaded, after, offeredPerSecond, seconds, shed, cores, ...watched };
  } finally {
    await server.close();
  }
}

function watchServer(server: Loaded) {
  const memoryMb: number[] = [];
  let healthAsked = 0;
  let healthAnswered = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const bytes = await server.metric('process_resident_memory_bytes');
      if (bytes !== null) memoryMb.push(bytes / 1e6);
      healthAsked += 1;
      const answer = await fetch(`${server.url}/healthz`).catch(() => null);
      if (answer?.status === 200) healthAnswered += 1;
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      return { memoryMb, healthAsked, healthAnswered };
    },
  };
}

/** What is promised, each with whether it was kept. For people; tests assert what is no time. */
export function judgeLoad(report: LoadReport): readonly { readonly text: string; readonly isKept: boolean }[] {
  const { idle, loaded, after, memoryMb } = report;
  const idleMs = percentile(idle.admitted, 0.99);
  const loadedMs = percentile(loaded.admitted, 0.99);
  const firstSecond = after.admitted.filter(({ dueAt }: Answered) => dueAt < 1);
  const afterMs = percentile(firstSecond, 0.99);
  const half = memoryMb.length >> 1;
  const [early, late] = [Math.max(...memoryMb.slice(0, half)), Math.max(...memoryMb.slice(half))];
  const share = (part: number, whole: number) => `${((part / whole) * 100).toFixed(0)} %`;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    {
      text: `admitted ${loaded.admitted.length} (${share(loaded.admitted.length, loaded.sent)}), p50 ${ms(percentile(loaded.admitted, 0.5))}, p99 ${ms(loadedMs)} against ${ms(idleMs)} idle = ${(loadedMs / idleMs).toFixed(1)} × (at most 5)`,
      isKept: loadedMs <= 5 * idleMs,
    },
    {
      text: `refused ${loaded.refused} with 503, wrong ${[...loaded.wrong].join(', ') || 'none'}, hung ${loaded.hung}, could not be sent ${loaded.unsent}`,
      isKept: loaded.refused > 0 && loaded.wrong.size === 0 && loaded.hung === 0,
    },
    {
      text: `memory ${early.toFixed(0)} MB in the first half, ${late.toFixed(0)} MB in the second (at most 10 % more)`,
      isKept: late <= early * 1.1,
    },
    {
      text: `first second after: p99 ${ms(afterMs)} against ${ms(idleMs)} idle (at most 2 ×), refused ${after.refused}`,
      isKept: afterMs <= 2 * idleMs && after.refused === 0 && after.hung === 0,
    },
    {
      text: `health answered ${report.healthAnswered} of ${report.healthAsked} times`,
      isKept: report.healthAnswered === report.healthAsked,
    },
  ];
}
