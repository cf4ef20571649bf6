/**
 * A small HTTP/1.1 load client over plain sockets: one request in flight per connection, answers counted by their
 * Content-Length. The usual clients need more processor time per request than the servers measured here.
 */
import { connect, type Socket } from 'node:net';

export interface LoadRun {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** The raw request number `n`; made ahead of sending, so keep it cheap. */
  readonly request: (n: number) => Buffer;
  /** Answers with another status are counted as failures. */
  readonly status?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
  /** Requests answered in all, the warm-up included. */
  readonly total: number;
}

const headerEnd = Buffer.from('\r\n\r\n');

export function rawRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/** Keeps `connections` requests in flight for `seconds`, after a warm-up of half a second. */
export async function run(load: LoadRun): Promise<LoadResult> {
  const { hostname, port } = new URL(load.url);
  const latencies: number[] = [];
  let failures = 0;
  let sent = 0;
  let isMeasuring = false;
  let isOver = false;

  const drive = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let pending: Buffer = Buffer.alloc(0);
      let startedAt = 0;
      let missing = 0;
      const next = () => {
        if (isOver) return socket.end(() => resolve());
        startedAt = performance.now();
        socket.write(load.request(sent++));
      };
      const finish = (isGood: boolean) => {
        if (isMeasuring) {
          if (isGood) latencies.push(performance.now() - startedAt);
          else failures += 1;
        }
        next();
      };
      let isGood = true;
      socket.on('data', (chunk: Buffer) => {
        if (missing > 0) {
          missing -= chunk.length;
          if (missing <= 0) finish(isGood);
          return;
        }
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const end = pending.indexOf(headerEnd);
        if (end < 0) return;
        const head = pending.toString('latin1', 0, end);
        isGood = Number(head.slice(9, 12)) === (load.status ?? 200);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        missing = length - (pending.length - end - 4);
        pending = Buffer.alloc(0);
        if (missing <= 0) finish(isGood);
      });
      socket.on('error', reject);
      next();
    });

  const sockets = await Promise.all(
    Array.from(
      { length: load.connections },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(Number(port), hostname, () => resolve(socket)).once('error', reject);
          socket.setNoDelay(true);
        }),
    ),
  );
  const all = Promise.all(sockets.map(drive));
  // A client that sleeps has to be woken by the server's writes, which a slow server would pay for more often than
  // a fast one. This one never sleeps.
  const spin = () => {
    if (!isOver) setImmediate(spin);
  };
  spin();
  await wait(500);
  isMeasuring = true;
  const from = performance.now();
  await wait(load.seconds * 1000);
  isMeasuring = false;
  const elapsed = (performance.now() - from) / 1000;
  isOver = true;
  await all;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond: latencies.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99), failures, total: sent };
}

/** Sends exactly `count` requests over `connections`; answers the seconds it took. */
export async function sendAll(
  load: Omit<LoadRun, 'seconds'>,
  count: number,
): Promise<{ seconds: number; failures: number }> {
  const { hostname, port } = new URL(load.url);
  let sent = 0;
  let failures = 0;
  const from = performance.now();
  const drive = () =>
    new Promise<void>((resolve, reject) => {
      let pending: Buffer = Buffer.alloc(0);
      const socket = connect(Number(port), hostname);
      socket.setNoDelay(true);
      const next = () => {
        if (sent >= count) return socket.end(() => resolve());
        socket.write(load.request(sent++));
      };
      socket
        .on('connect', next)
        .on('error', reject)
        .on('data', (chunk: Buffer) => {
          pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
          const end = pending.indexOf(headerEnd);
          if (end < 0) return;
          const head = pending.toString('latin1', 0, end);
          const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
          if (pending.length < end + 4 + length) return;
          if (Number(head.slice(9, 12)) !== (load.status ?? 200)) failures += 1;
          pending = Buffer.alloc(0);
          next();
        });
    });
  await Promise.all(Array.from({ length: load.connections }, drive));
  return { seconds: (performance.now() - from) / 1000, failures };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
