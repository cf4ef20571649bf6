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

/** Starts the server on the database of this folder. `since`: when its clock began to run fast; the same after a kill. */
export async function startServerProcess(folder: string, speed: number, since: number): Promise<ServerProcess> {
  const child: ChildProcess = spawn(process.execPath, [import.meta.filename, folder, String(speed), String(since)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

async function serve(folder: string, speed: number, since: number): Promise<void> {
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
    { clock: { now: () => since + (Date.now() - since) * speed, monotonic: () => performance.now() } },
  );
  process.stdout.write(`${app.url}\n`);
  process.on('SIGTERM', () => {
    app.close().then(() => process.exit(0));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await serve(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4]));
}
