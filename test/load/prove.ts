/**
 * Three times as many requests as the server can do, for a while: what it takes it answers in time, the rest it refuses
 * at once with 503 and `Retry-After` in the words of the dialect; health is told throughout, and afterwards all is as before.
 *
 * A crowd of clients makes the load. A few others, in a process with little to do, ask the same things and are refused like
 * all; the times are theirs: a client that has thousands of answers to read finds each of them late. All rest between two
 * requests: with every processor busy, what the system itself does for a sync of the disk would wait for the clients.
 */
import { run } from '../../bench/load.ts';
import { type ClientLoad, type ClientRun, type Clients, startClients } from './clients.ts';
import { type MachineUse, readMachineUse } from './machine.ts';
import { mixOf } from './mix.ts';
import { type Loaded, startLoaded } from './place.ts';

export interface Phase {
  readonly crowd: ClientRun;
  readonly few: ClientRun;
}

export interface LoadReport {
  /** Calls a second, with 32 connections that wait for each answer. */
  readonly capacity: number;
  readonly idle: Phase;
  readonly loaded: Phase;
  /** The first seconds after it was over, at the rate of `idle`. */
  readonly after: Phase;
  readonly offeredPerSecond: number;
  /** Seconds of load. */
  readonly seconds: number;
  /** Resident memory of the server twice a second, while it was loaded. */
  readonly memoryMb: readonly number[];
  /** Times that `/healthz` was asked under load, and answered. */
  readonly healthAsked: number;
  readonly healthAnswered: number;
  /** Processor time while it was idle, and while it was loaded. */
  readonly idleCores: Cores;
  readonly cores: Cores;
  /** What the server counted. */
  readonly shed: number;
}

/** Processor time, in cores. What is not ours is null where the system does not tell. */
export interface Cores {
  readonly server: number;
  readonly clients: number;
  readonly others: number | null;
  readonly stolen: number | null;
}

export interface ProofOptions {
  /** How many times what it can do the server is sent. */
  readonly times?: number;
  readonly tell?: (text: string) => void;
}

/** Of what the server can do, what it is asked while it counts as idle. */
const idleShare = 0.2;
const fewPerSecond = 200;
/** Together fewer than are ever refused when a server is well. */
const fewConnections = 16;
const idleConnections = 32;
const crowdConnections = 1_000;
/** The server takes all again when it has refused nothing for a tenth of a second. */
const recoveryMs = 150;
/** The crowd makes room for the server and the few where there are not processors enough. */
const crowdNice = 10;

export async function proveLoad(
  seconds: number,
  { times = 3, tell = () => undefined }: ProofOptions = {},
): Promise<LoadReport> {
  const server = await startLoaded();
  const clients = {
    crowd: startClients(server.url, server.facts, crowdNice),
    few: startClients(server.url, server.facts, 0),
  };
  try {
    await clients.few.send({ perSecond: 500, seconds: 1, connections: fewConnections });
    tell('measuring what the server can do');
    const measureSeconds = Math.max(1, Math.min(5, seconds / 4));
    const capacity = await measureCapacity(server, measureSeconds);
    const phase = async (perSecond: number, connections: number, phaseSeconds: number) => {
      const ours = Math.min(fewPerSecond, perSecond / 2);
      return measure(server, clients, {
        crowd: { perSecond: perSecond - ours, connections, seconds: phaseSeconds, isResting: true },
        few: { perSecond: ours, connections: fewConnections, seconds: phaseSeconds, isResting: true },
      });
    };
    const idlePerSecond = capacity * idleShare;
    tell(`${Math.round(capacity)} calls a second; measuring it idle, with ${Math.round(idlePerSecond)} a second`);
    const idle = await phase(idlePerSecond, idleConnections, Math.max(1, Math.min(20, seconds / 3)));
    tell(`${times} times as much for ${seconds} s`);
    const watch = watchServer(server);
    const offeredPerSecond = capacity * times;
    const loaded = await phase(offeredPerSecond, crowdConnections, seconds);
    await new Promise((resolve) => setTimeout(resolve, recoveryMs));
    const after = await phase(idlePerSecond, idleConnections, Math.min(measureSeconds, 2));
    const watched = await watch.end();
    const shed = (await server.metric('tessera_http_requests_shed_total')) ?? 0;
    return {
      capacity,
      idle: idle.phase,
      loaded: loaded.phase,
      after: after.phase,
      offeredPerSecond,
      seconds,
      shed,
      idleCores: idle.cores,
      cores: loaded.cores,
      ...watched,
    };
  } finally {
    await Promise.all([clients.crowd.close(), clients.few.close()]);
    await server.close();
  }
}

async function measureCapacity({ url, facts }: Loaded, seconds: number): Promise<number> {
  const request = mixOf(facts);
  const closed = { url, connections: 32, seconds, request: (n: number) => request(n).bytes };
  const { perSecond, failures } = await run(closed);
  // The client counts 201 as a failure: both are answers.
  return perSecond + failures / seconds;
}

async function measure(
  server: Loaded,
  clients: { readonly crowd: Clients; readonly few: Clients },
  load: { readonly crowd: ClientLoad; readonly few: ClientLoad },
): Promise<{ readonly phase: Phase; readonly cores: Cores }> {
  const before = await useOf(server);
  const [crowd, few] = await Promise.all([clients.crowd.send(load.crowd), clients.few.send(load.few)]);
  const after = await useOf(server);
  const elapsed = after.at - before.at;
  const [serverSeconds, ownSeconds] = [after.server - before.server, after.own - before.own];
  const clientSeconds = crowd.cpuSeconds + few.cpuSeconds + ownSeconds;
  const shareOf = (take: (one: MachineUse) => number): number | null =>
    before.machine === null || after.machine === null ? null : take(after.machine) - take(before.machine);
  const busySeconds = shareOf((one) => one.busySeconds);
  const stolenSeconds = shareOf((one) => one.stolenSeconds);
  const cores = {
    server: serverSeconds / elapsed,
    clients: clientSeconds / elapsed,
    others: busySeconds === null ? null : Math.max(0, busySeconds - serverSeconds - clientSeconds) / elapsed,
    stolen: stolenSeconds === null ? null : stolenSeconds / elapsed,
  };
  return { phase: { crowd, few }, cores };
}

/** In seconds. */
async function useOf(server: Loaded) {
  const machine = readMachineUse();
  const { user, system } = process.cpuUsage();
  const used = (await server.metric('process_cpu_seconds_total')) ?? 0;
  return { at: performance.now() / 1000, machine, own: (user + system) / 1e6, server: used };
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
