/** A receiver of webhooks on the loopback: it keeps what it gets and answers as it is told, or not at all. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects to find
  readonly json: any;
  /** Status that it was answered with; 0: none. */
  readonly status: number;
}

/** What to do with the n-th request (from 0). A number answers with that status. */
export type Behaviour = (index: number, received: Omit<Received, 'status'>, response: ServerResponse) => number | null;

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Null from a behaviour means that it has taken the response into its own hands. */
  behave(behaviour: Behaviour): void;
  /** Waits until so many requests have come that were answered with 2xx (or that satisfy the test). */
  waitFor(count: number, test?: (received: Received) => boolean): Promise<Received[]>;
  /** Stops listening, as a machine that is down. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** For what never comes; a schedule on a fast clock may take a minute until its next attempt. */
const waitMs = 5 * 60_000;

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let behaviour: Behaviour = () => 200;
  let count = 0;

  const make = () =>
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const one = { path: request.url ?? '', headers: request.headers, text, json: readJson(text) };
        const status = behaviour(count++, one, response);
        received.push({ ...one, status: status ?? 0 });
        if (status !== null) response.writeHead(status, { 'content-type': 'text/plain' }).end(`status ${status}`);
        for (const check of waiting) check();
      });
    });
  let server = make();
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    behave(next) {
      behaviour = next;
      count = 0;
    },
    waitFor(wanted, test = ({ status }) => status >= 200 && status < 300) {
      return new Promise((resolve, reject) => {
        const check = () => {
          const found = received.filter(test);
          if (found.length < wanted) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          const got = received.map(({ status, json }) => `${status} ${json?.type ?? ''}`).join(', ');
          reject(new Error(`${wanted} requests did not come; got ${received.length}: ${got.slice(0, 500)}`));
        }, waitMs);
        waiting.add(check);
        check();
      });
    },
    down: stop,
    async up() {
      server = make();
      await listen(port);
    },
    close: stop,
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits until the test holds. */
export async function until(test: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + waitMs;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
