/**
 * The server as a process of its own that can be killed, on a clock that runs faster than time, so that hours of a schedule
 * pass in seconds. This file is both the parent's handle and the child's program.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export interface ServerProcess {
  readonly url: string;
  /** At once, as when the machine loses its power. */
  kill(): Promise<void>;
  /** In order. */
  stop(): Promise<void>;
}

export interface ServerClock {
  /** When it began to run fast; the same after a kill. Now unless given. */
  readonly since?: number;
  /** How many times as fast as time. */
  readonly speed?: number;
  readonly aheadMs?: number;
}

/** Starts the server on the database of this folder. */
export async function startServerProcess(folder: string, clock: ServerClock = {}): Promise<ServerProcess> {
  const { since = Date.now(), speed = 1, aheadMs = 0 } = clock;
  const args = [import.meta.filename, folder, JSON.stringify({ since, speed, aheadMs })];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  if (child.stdout === null) throw new Error('no output of the child');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([lines.next(), gone.then(() => null)]);
  if (first === null || first.done === true) throw new Error('the server did not start');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  return { url: first.value, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

async function serve(folder: string, { since, speed, aheadMs }: Required<ServerClock>): Promise<void> {
  const { startApp } = await import('../../src/app.ts');
  const { readConfig } = await import('../../src/config.ts');
  const app = await startApp(
    readConfig({
      PORT: '0',
      DATABASE_URL: `sqlite:${folder}/tessera.db`,
      TESSERA_LOG_LEVEL: 'error',
      TESSERA_RATE_LIMIT: 'off',
      TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on',
    }),
    { clock: { now: () => since + aheadMs + (Date.now() - since) * speed, monotonic: () => performance.now() } },
  );
  process.stdout.write(`${app.url}\n`);
  process.on('SIGTERM', () => {
    app.close().then(() => process.exit(0));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await serve(process.argv[2] ?? '', JSON.parse(process.argv[3] ?? '{}'));
}
