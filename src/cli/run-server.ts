/**
 * A server as a process: it listens, ends in order when it is asked to, and at once when its database can no longer be
 * trusted.
 */
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { CliError, codeOf, exitCodes } from './exit-codes.ts';
import { explainOpening } from './open-database.ts';
import { note } from './output.ts';

export type RunningServer = Pick<App, 'core' | 'config' | 'url'>;

/** Running requests have so long to finish after a signal. */
const drainMsMax = 10_000;

/** Serves until a signal; `onReady` runs once, when requests are answered. Answers the exit code. */
export async function runServer(config: Config, onReady: (running: RunningServer) => Promise<void>): Promise<number> {
  // Listened to from the start: a signal that comes while the database opens must not be lost.
  const stopping = nextSignal();
  const { startApp } = await import('../app.ts');
  const app = await startApp(config, {
    // It has been logged. What is in memory may not be on disk: nothing may be answered any more.
    onFatal: () => process.exit(exitCodes.failed),
  }).catch((error: unknown) => explainStart(error, config));
  try {
    await onReady(app);
    await stopping;
  } finally {
    await closeInTime(app);
  }
  return exitCodes.ok;
}

/** Where people reach it. With PORT=0 the system chose the port, so only the server itself knows. */
export function addressOf({ config, url }: RunningServer): string {
  return config.port === 0 ? url : config.publicUrl;
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    let hasCome = false;
    const onSignal = (): void => {
      // Asked twice: somebody does not want to wait.
      if (hasCome) process.exit(exitCodes.failed);
      hasCome = true;
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

async function closeInTime(app: App): Promise<void> {
  const timer = setTimeout(() => {
    note(`tessera: requests were still running ${drainMsMax / 1000} s after the signal; they are cut off`);
    process.exit(exitCodes.failed);
  }, drainMsMax - 500);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

function explainStart(error: unknown, { host, port }: Config): never {
  const texts: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use by another program. Stop that one, or choose another port: PORT=${port + 1}`,
    EACCES: `port ${port} needs rights that this user does not have. Choose one above 1023, for example PORT=3737`,
    EADDRNOTAVAIL: `${host} is not an address of this machine. Set HOST to one that is, for example 127.0.0.1`,
    ENOTFOUND: `${host} is not an address of this machine. Set HOST to one that is, for example 127.0.0.1`,
  };
  const isOfNetwork =
    error instanceof Error && 'syscall' in error && /^(?:listen|bind|getaddrinfo)$/.test(String(error.syscall));
  const text = isOfNetwork ? texts[codeOf(error)] : undefined;
  if (text !== undefined) throw new CliError(exitCodes.failed, text, error);
  return explainOpening(error);
}
