/** The composition root: opens the store, builds the core, mounts the dialects. No logic. */
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { type Config, ConfigError, loadMasterKey, nameOfPlace } from './config.ts';
import type { FilesSource } from './core/backup/backup-files.ts';
import type { BackupSource } from './core/backup/create-backup.ts';
import type { BackupSchedule } from './core/backup/schedule-backups.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { Core } from './core/context.ts';
import { createCore } from './core/core.ts';
import { ensurePlans } from './core/limits/ensure-plans.ts';
import { isMasterKeyRight } from './core/setup/check-master-key.ts';
import { mountDialects } from './dialects/index.ts';
import { closeServer } from './http/close-server.ts';
import { mountFiles } from './http/files.ts';
import { mountHealth } from './http/health.ts';
import { createLoadGate } from './http/load-gate.ts';
import { watchRequests } from './http/log-request.ts';
import { createMetrics } from './http/metrics.ts';
import { createOutbound } from './http/outbound.ts';
import { createServer } from './http/server.ts';
import { startJobs } from './jobs.ts';
import { openFileStorage } from './store/files/index.ts';
import { openStore, type StoreOptions, sqliteFile } from './store/index.ts';
import { readStoredFiles } from './store/read-files.ts';
import { snapshotSqlite } from './store/sqlite-snapshot.ts';

// What commands do with database files and places of backups, without a server.
export { checkSqlite } from './store/check-sqlite.ts';
export { openFileStorage } from './store/files/index.ts';
export { openStore } from './store/index.ts';
export { readChanges, readFieldRows, readSchemaChanges, type SchemaChange } from './store/read-changes.ts';
export { readFileRows } from './store/read-files.ts';
export { restoreSqlite } from './store/restore-sqlite.ts';
export { readDatabase, removeSnapshots } from './store/sqlite-snapshot.ts';

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
function createLogger(config: Config): Logger {
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
      pushContact: config.pushContact,
      tokenTtlSeconds: config.tokenTtlSeconds,
      keep: config.keep,
    },
  });
  await store.write(ensurePlans);
  if (!(await isMasterKeyRight(core))) {
    await store.close();
    throw new ConfigError(
      'TESSERA_MASTER_KEY: this is not the master key that the database was made with, so what it sealed cannot be ' +
        'opened; put the right master.key beside the database, or set the variable to its content',
    );
  }
  return { core, config, logger, close: () => store.close() };
}

export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const instance = await openInstance(config, options);
  const { core, logger } = instance;
  const server = createServer({ logger, bodyBytesMax: config.bodyBytesMax, trustedProxies: config.trustedProxies });
  const load = createLoadGate({ turnMs: config.shedAfterMs, now: core.clock.monotonic });
  const metrics = createMetrics(core, load);
  const health = mountHealth(server, core, metrics);
  watchRequests(server, core, metrics.observe);
  mountFiles(server, core);
  mountDialects(server, core, null, load);
  const jobs = startJobs(core, (job, error) => logger.error({ err: error, job }, 'job failed'), {
    backups: backupsOf(config),
  });
  const url = await server.listen({ host: config.host, port: config.port }).catch(async (error: unknown) => {
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

function backupsOf(config: Config): BackupSchedule | null {
  const { backup } = config;
  return backup === null ? null : { ...backup, place: openFileStorage(backup.place), files: filesOf(config) };
}

function filesOf({ files, areFilesBackedUp, databaseUrl }: Config): FilesSource {
  if (!areFilesBackedUp) return { kept: 'elsewhere', place: nameOfPlace(files) };
  return { kept: 'here', storage: openFileStorage(files), list: () => readStoredFiles(sqliteFile(databaseUrl)) };
}

/** A database beside which a server may be running: what a backup is made of. */
export function databaseOf(config: Config, clock: Clock = systemClock): BackupSource {
  return {
    clock,
    snapshot: (onBytes) => snapshotSqlite(sqliteFile(config.databaseUrl), onBytes),
    files: filesOf(config),
  };
}
