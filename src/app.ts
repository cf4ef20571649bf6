/** The composition root: opens the store, builds the core, mounts the dialects. No logic. */
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { type Config, loadMasterKey } from './config.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { Core } from './core/context.ts';
import { createCore } from './core/core.ts';
import { ensurePlans } from './core/limits/ensure-plans.ts';
import { mountDialects } from './dialects/index.ts';
import { closeServer } from './http/close-server.ts';
import { mountFiles } from './http/files.ts';
import { mountHealth } from './http/health.ts';
import { watchRequests } from './http/log-request.ts';
import { createMetrics } from './http/metrics.ts';
import { createOutbound } from './http/outbound.ts';
import { createServer } from './http/server.ts';
import { startJobs } from './jobs.ts';
import { openFileStorage } from './store/files/index.ts';
import { openStore, type StoreOptions } from './store/index.ts';

/** The product without its network side: what CLI commands work with. */
export interface Instance {
  readonly core: Core;
  readonly config: Config;
  readonly logger: Logger;
  close(): Promise<void>;
}

/** A listening server. */
export interface App extends Instance {
  readonly server: FastifyInstance;
  /** Where it listens. */
  readonly url: string;
}

export interface AppOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** The database can no longer be trusted to be on disk: the process must end. */
  readonly onFatal?: (error: unknown) => void;
  /** How the database file is treated; tests watch and slow the disk through it. */
  readonly store?: Pick<StoreOptions, 'sync' | 'onCommit' | 'checkpoint'>;
}

/** What must never be in a log, wherever it stands in what is logged. */
const secretPaths = ['authorization', 'cookie', 'apikey', 'api-key', 'x-api-key', 'password', 'secret', 'token', 'key'];

/** Logs go to standard error, at once: standard output belongs to what commands answer, and a fatal entry must not be lost. */
export function createLogger(config: Config): Logger {
  const options = {
    level: config.logLevel,
    redact: {
      paths: secretPaths.flatMap((path) => [`["${path}"]`, `*["${path}"]`, `*.*["${path}"]`]),
      censor: '[redacted]',
    },
  };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}

export async function openInstance(config: Config, options: AppOptions = {}): Promise<Instance> {
  const logger = options.logger ?? createLogger(config);
  const clock = options.clock ?? systemClock;
  const masterKey = await loadMasterKey(config);
  const store = await openStore({
    ...options.store,
    databaseUrl: config.databaseUrl,
    clock,
    onFatal: (error) => {
      logger.fatal({ err: error }, 'the database could not be synced; stopping');
      options.onFatal?.(error);
    },
  });
  const core = createCore({
    store,
    clock,
    masterKey,
    files: openFileStorage(config.files),
    outbound: createOutbound({ clock, allowsPrivate: config.allowPrivateWebhooks }),
    settings: {
      publicUrl: config.publicUrl,
      areLimitsOn: config.areLimitsOn,
      allowPrivateWebhooks: config.allowPrivateWebhooks,
      tokenTtlSeconds: config.tokenTtlSeconds,
    },
  });
  await store.write(ensurePlans);
  return { core, config, logger, close: () => store.close() };
}

export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const instance = await openInstance(config, options);
  const { core, logger } = instance;
  const server = createServer({ logger, bodyBytesMax: config.bodyBytesMax, trustedProxies: config.trustedProxies });
  const metrics = createMetrics(core);
  const health = mountHealth(server, core, metrics);
  watchRequests(server, core, metrics.observe);
  mountFiles(server, core);
  mountDialects(server, core, null);
  const jobs = startJobs(core, (job, error) => logger.error({ err: error, job }, 'job failed'));
  const url = await listen(server, config).catch(async (error: unknown) => {
    await jobs.stop();
    await instance.close();
    throw error;
  });
  return {
    ...instance,
    server,
    url,
    async close() {
      health.drain();
      await closeServer(server);
      await jobs.stop();
      await instance.close();
    },
  };
}

/** Where it listens is said by who started it; the framework's own entry about that would be a second one. */
async function listen(server: FastifyInstance, { host, port }: Config): Promise<string> {
  const { level } = server.log;
  if (level === 'info' || level === 'debug' || level === 'trace') server.log.level = 'warn';
  try {
    return await server.listen({ host, port });
  } finally {
    server.log.level = level;
  }
}
