/** The composition root: opens the store, builds the core, mounts the dialects. No logic. */
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { type Config, loadMasterKey } from './config.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { Core } from './core/context.ts';
import { createCore } from './core/core.ts';
import { ensurePlans } from './core/limits/ensure-plans.ts';
import { mountDialects } from './dialects/index.ts';
import { type Health, mountHealth } from './http/health.ts';
import { watchRequests } from './http/log-request.ts';
import { createServer } from './http/server.ts';
import { startJobs } from './jobs.ts';
import { openStore } from './store/index.ts';

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
}

/** What must never be in a log, wherever it stands in what is logged. */
const secretPaths = ['authorization', 'cookie', 'apikey', 'api-key', 'x-api-key', 'password', 'secret', 'token', 'key'];

export function createLogger(config: Config): Logger {
  return pino({
    level: config.logLevel,
    redact: {
      paths: secretPaths.flatMap((path) => [`["${path}"]`, `*["${path}"]`, `*.*["${path}"]`]),
      censor: '[redacted]',
    },
  });
}

export async function openInstance(config: Config, options: AppOptions = {}): Promise<Instance> {
  const logger = options.logger ?? createLogger(config);
  const clock = options.clock ?? systemClock;
  const masterKey = await loadMasterKey(config);
  const store = await openStore({
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
    settings: {
      publicUrl: config.publicUrl,
      areLimitsOn: config.areLimitsOn,
      allowPrivateWebhooks: config.allowPrivateWebhooks,
    },
  });
  await store.write(ensurePlans);
  return { core, config, logger, close: () => store.close() };
}

export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const instance = await openInstance(config, options);
  const { core, logger } = instance;
  const server = createServer({ logger, bodyBytesMax: config.bodyBytesMax, trustedProxies: config.trustedProxies });
  const health: Health = mountHealth(server, core);
  watchRequests(server, core, health.observe);
  mountDialects(server, core, null);
  const jobs = startJobs(core, (job, error) => logger.error({ err: error, job }, 'job failed'));
  const url = await server.listen({ host: config.host, port: config.port });
  return {
    ...instance,
    server,
    url,
    async close() {
      health.drain();
      await server.close();
      await jobs.stop();
      await instance.close();
    },
  };
}
