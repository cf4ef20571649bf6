/**
 * Requests sent when their time has come, whether or not earlier ones are answered: what a server gets whose clients do not
 * know of each other, and whom a slow answer does not keep from asking. A request that the client itself sent late is told
 * apart from one that the server answered late.
 */
import { connect, type Socket } from 'node:net';

export interface Answered {
  /** Milliseconds from when it was written to its socket. */
  readonly tookMs: number;
  /** Milliseconds from when it was due to when it was written. */
  readonly lateMs: number;
  /** Seconds since the beginning, when it was due. */
  readonly dueAt: number;
}

export interface Refused {
  readonly kind: string;
  readonly head: string;
  readonly body: string;
}

export interface OpenRun {
  readonly admitted: readonly Answered[];
  /** Answers with status 503 by what they were to; `samples` holds the first of each kind. */
  readonly refused: number;
  readonly samples: readonly Refused[];
  /** Answers that are neither what was asked for nor a 503: status and count. */
  readonly wrong: ReadonlyMap<string, number>;
  /** Due, and never sent, because every connection waited for an answer. */
  readonly unsent: number;
  /** Sent, and not answered minutes after the last was due. */
  readonly hung: number;
  readonly sent: number;
}

export interface Asked {
  /** Which dialect and operation, for the samples. */
  readonly kind: string;
  readonly status: number;
  readonly bytes: Buffer;
}

export interface OpenLoad {
  readonly url: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** Request number `n`. */
  readonly request: (n: number) => Asked;
  /** The client sleeps between requests, a millisecond at a time: where its processor is wanted by something else as well. */
  readonly isResting?: boolean;
}

const headerEnd = Buffer.from('\r\n\r\n');
/** For answers that never come; the machine may be busy with something else. */
const patienceMs = 5 * 60_000;
const unusedMsMax = 45_000;

interface Line {
  readonly socket: Socket;
  asked: Asked | null;
  dueMs: number;
  sentMs: number;
  freeMs: number;
  head: Buffer;
  missing: number;
  text: string;
}

export async function sendOpenly(load: OpenLoad): Promise<OpenRun> {
  const { hostname, port } = new URL(load.url);
  const admitted: Answered[] = [];
  const samples = new Map<string, Refused>();
  const wrong = new Map<string, number>();
  const free: Line[] = [];
  const lines = new Set<Line>();
  let refused = 0;
  let sent = 0;
  let unsent = 0;
  let startedAt = 0;

  function answered(line: Line): void {
    const { asked, dueMs, sentMs, text } = line;
    if (asked === null) return drop(line);
    const status = Number(text.slice(9, 12));
    if (status === asked.status) {
      const tookMs = performance.now() - sentMs;
      admitted.push({ tookMs, lateMs: sentMs - dueMs, dueAt: (dueMs - startedAt) / 1000 });
    } else if (status === 503) {
      refused += 1;
      if (!samples.has(asked.kind)) {
        const end = text.indexOf('\r\n\r\n');
        samples.set(asked.kind, { kind: asked.kind, head: text.slice(0, end), body: text.slice(end + 4) });
      }
    } else {
      const what = `${asked.kind} ${status}`;
      wrong.set(what, (wrong.get(what) ?? 0) + 1);
    }
    line.asked = null;
    release(line);
  }

  function release(line: Line): void {
    line.freeMs = performance.now();
    free.push(line);
  }

  /** Each has its turn, as among clients that do not know of each other; what the server may be about to end has not. */
  function nextLine(now: number): Line | undefined {
    let line = free.shift();
    for (; line !== undefined && now - line.freeMs > unusedMsMax; line = free.shift()) drop(line);
    return line;
  }

  /** It is closed, or told that it will be, as a server does with one that is not used. */
  function drop(line: Line): void {
    line.socket.destroy();
    if (!lines.delete(line)) return;
    const at = free.indexOf(line);
    if (at >= 0) free.splice(at, 1);
    if (line.asked !== null) wrong.set('closed', (wrong.get('closed') ?? 0) + 1);
  }

  function read(line: Line, chunk: Buffer): void {
    if (line.missing > 0) {
      line.missing -= chunk.length;
      if (line.missing <= 0) answered(line);
      return;
    }
    line.head = line.head.length === 0 ? chunk : Buffer.concat([line.head, chunk]);
    const end = line.head.indexOf(headerEnd);
    if (end < 0) return;
    // Only refusals are looked into, and those are short.
    line.text = line.head.toString('latin1', 0, Math.min(line.head.length, 4096));
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(line.text)?.[1] ?? 0);
    line.missing = end + 4 + length - line.head.length;
    line.head = Buffer.alloc(0);
    if (line.missing <= 0) answered(line);
  }

  const open = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.setNoDelay(true);
      const line: Line = {
        socket,
        asked: null,
        dueMs: 0,
        sentMs: 0,
        freeMs: 0,
        head: Buffer.alloc(0),
        missing: 0,
        text: '',
      };
      lines.add(line);
      socket.on('data', (chunk: Buffer) => read(line, chunk));
      socket.on('close', () => drop(line));
      socket.on('error', reject);
      socket.on('connect', () => {
        release(line);
        resolve();
      });
    });
  for (let from = 0; from < load.connections; from += 100) {
    await Promise.all(Array.from({ length: Math.min(100, load.connections - from) }, open));
  }

  startedAt = performance.now();
  const total = Math.floor(load.perSecond * load.seconds);
  let due = 0;
  await new Promise<void>((resolve) => {
    const turn = () => {
      const now = performance.now();
      const wanted = Math.min(total, Math.floor(((now - startedAt) / 1000) * load.perSecond));
      for (; due < wanted; due += 1) {
        const line = nextLine(now);
        if (line === undefined) {
          unsent += 1;
          continue;
        }
        line.asked = load.request(due);
        line.dueMs = startedAt + (due / load.perSecond) * 1000;
        sent += 1;
        line.sentMs = performance.now();
        line.socket.write(line.asked.bytes);
      }
      if (due >= total) return resolve();
      if (load.isResting === true) setTimeout(turn, 1);
      else setImmediate(turn);
    };
    turn();
  });
  const lastAt = performance.now();
  while (free.length < lines.size && performance.now() - lastAt < patienceMs) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const hung = [...lines].filter(({ asked }) => asked !== null).length;
  for (const { socket } of lines) socket.removeAllListeners('close').destroy();
  return { admitted, refused, samples: [...samples.values()], wrong, unsent, hung, sent };
}

/** Of the times that the server took, unless said otherwise. */
export function percentile(
  times: readonly Answered[],
  share: number,
  timeOf: (one: Answered) => number = ({ tookMs }) => tookMs,
): number {
  const sorted = times.map(timeOf).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
