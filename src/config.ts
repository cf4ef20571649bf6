/** Environment to one frozen Config: the only reader of process.env. Unsafe settings are refused with the variable's name. */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { tokenTtl } from './core/keys/key-input.ts';
import { isPublicName } from './core/push/vapid-subject.ts';
import { type Keep, keepDefaults } from './core/retention/keep.ts';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  /** Path of the SQLite file; null with another engine. */
  readonly databaseFile: string | null;
  readonly redisUrl: string | null;
  /** Base of absolute links and printed examples, without a trailing slash. */
  readonly publicUrl: string;
  /** 32 bytes, base64; null: kept in a file beside the database. */
  readonly masterKey: Buffer | null;
  readonly areLimitsOn: boolean;
  readonly allowPrivateWebhooks: boolean;
  /** Whom push services can turn to: a mailto or https URL; null: what the public URL says. */
  readonly pushContact: string | null;
  readonly logLevel: LogLevel;
  /** Proxies in front of the server whose X-Forwarded-For is believed: addresses or CIDR blocks; empty: none. */
  readonly trustedProxies: readonly string[];
  /** Lifetime of authorization tokens whose key says none. */
  readonly tokenTtlSeconds: number;
  /** How long one turn of the event loop may last under lasting load before requests are refused; 0: none is. */
  readonly shedAfterMs: number;
  /** Largest request body. */
  readonly bodyBytesMax: number;
  readonly files: FilesConfig;
  /** False: backups leave out uploaded files, because whoever keeps them keeps copies of them. */
  readonly areFilesBackedUp: boolean;
  /** Null: the server makes no backups by itself. */
  readonly backup: BackupConfig | null;
  readonly keep: Keep;
}

export interface BackupConfig {
  readonly place: FilesConfig;
  readonly everyMs: number;
  /** Backups kept; older ones are removed. */
  readonly keep: number;
}

/** Where the content of uploaded files is kept. */
export type FilesConfig =
  | { readonly kind: 'disk'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Before every name in the bucket; may be empty. */
      readonly prefix: string;
      readonly endpoint: string;
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    };

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A setting that cannot be used; the message names the variable and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A running server that commands reach over its API instead of opening the database. */
export interface Remote {
  /** Origin, without a trailing slash. */
  readonly url: string;
  /** A native key of that server. */
  readonly apiKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const mebibyte = 1024 * 1024;

export function readConfig(env: Environment = process.env): Config {
  const host = env.HOST || '127.0.0.1';
  const port = wholeNumber('PORT', env.PORT, 3737, 0, 65_535);
  const databaseUrl = env.DATABASE_URL || 'sqlite:./data/tessera.db';
  const database = databaseFile(databaseUrl);
  return Object.freeze({
    host,
    port,
    databaseUrl,
    databaseFile: database,
    redisUrl: env.REDIS_URL || null,
    publicUrl: publicUrl(env.TESSERA_PUBLIC_URL, host, port),
    masterKey: masterKey(env.TESSERA_MASTER_KEY),
    areLimitsOn: oneOf('TESSERA_RATE_LIMIT', env.TESSERA_RATE_LIMIT, 'on', ['on', 'off']) === 'on',
    allowPrivateWebhooks:
      oneOf('TESSERA_ALLOW_PRIVATE_WEBHOOKS', env.TESSERA_ALLOW_PRIVATE_WEBHOOKS, 'off', ['on', 'off']) === 'on',
    pushContact: pushContact(env.TESSERA_PUSH_CONTACT),
    logLevel: oneOf('TESSERA_LOG_LEVEL', env.TESSERA_LOG_LEVEL, 'info', logLevels),
    trustedProxies: (env.TESSERA_TRUSTED_PROXIES ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    tokenTtlSeconds: wholeNumber(
      'TESSERA_TOKEN_TTL_SECONDS',
      env.TESSERA_TOKEN_TTL_SECONDS,
      tokenTtl.seconds,
      tokenTtl.secondsMin,
      tokenTtl.secondsMax,
    ),
    shedAfterMs: wholeNumber('TESSERA_SHED_AFTER_MS', env.TESSERA_SHED_AFTER_MS, 20, 0, 10_000),
    bodyBytesMax: wholeNumber('TESSERA_BODY_MIB_MAX', env.TESSERA_BODY_MIB_MAX, 50, 1, 1024) * mebibyte,
    files: files(env, database),
    areFilesBackedUp: oneOf('TESSERA_BACKUP_FILES', env.TESSERA_BACKUP_FILES, 'on', ['on', 'off']) === 'on',
    backup: backup(env),
    keep: keep(env),
  });
}

const settingNames: ReadonlySet<string> = new Set([
  'TESSERA_ALLOW_PRIVATE_WEBHOOKS',
  'TESSERA_API_KEY',
  'TESSERA_BACKUP',
  'TESSERA_BACKUP_EVERY',
  'TESSERA_BACKUP_FILES',
  'TESSERA_BACKUP_KEEP',
  'TESSERA_BODY_MIB_MAX',
  'TESSERA_FILES',
  'TESSERA_KEEP_AUDIT_DAYS',
  'TESSERA_KEEP_CHANGES_DAYS',
  'TESSERA_KEEP_DELIVERIES_DAYS',
  'TESSERA_KEEP_DELIVERY_CONTENT_DAYS',
  'TESSERA_KEEP_IDEMPOTENCY_HOURS',
  'TESSERA_KEEP_IMPORTS_DAYS',
  'TESSERA_KEEP_NOTIFICATIONS_DAYS',
  'TESSERA_KEEP_USAGE_DAYS',
  'TESSERA_LOG_LEVEL',
  'TESSERA_MASTER_KEY',
  'TESSERA_PUBLIC_URL',
  'TESSERA_PUSH_CONTACT',
  'TESSERA_RATE_LIMIT',
  'TESSERA_SHED_AFTER_MS',
  'TESSERA_TOKEN_TTL_SECONDS',
  'TESSERA_TRUSTED_PROXIES',
  'TESSERA_URL',
]);

/** Names in the environment that look like settings and are none: mistyped, and so without effect. */
export function unknownSettings(env: Environment = process.env): string[] {
  return Object.keys(env).filter((name) => name.startsWith('TESSERA_') && !settingNames.has(name));
}

/**
 * The server named by `url` or TESSERA_URL; null where neither is set. Its key comes from TESSERA_API_KEY alone: what stands
 * on a command line, every user of the machine can read.
 */
export function readRemote(url: string | undefined, env: Environment = process.env): Remote | null {
  const found = url ?? env.TESSERA_URL;
  if (!found) return null;
  if (!URL.canParse(found) || !/^https?:$/.test(new URL(found).protocol)) {
    throw new ConfigError('TESSERA_URL: must be an absolute http or https URL');
  }
  const { username, password } = new URL(found);
  if (username !== '' || password !== '') throw new ConfigError('TESSERA_URL: must not hold a user name or password');
  const apiKey = env.TESSERA_API_KEY?.trim();
  if (!apiKey) throw new ConfigError(`TESSERA_API_KEY: must be set to a native key of ${found}`);
  // Said here, without it: who sends a header that cannot be sent repeats it in the complaint.
  if (!/^[!-~]+$/.test(apiKey)) throw new ConfigError('TESSERA_API_KEY: must be one key, without spaces or line ends');
  return { url: found.replace(/\/+$/, ''), apiKey };
}

function databaseFile(url: string): string | null {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '' || path === ':memory:') {
      throw new ConfigError('DATABASE_URL: sqlite: needs a file path, as in sqlite:./data/tessera.db');
    }
    return resolve(path);
  }
  if (/^postgres(ql)?:\/\//.test(url)) return null;
  throw new ConfigError('DATABASE_URL: must begin with sqlite: or postgres://');
}

/** Default: `files` beside the database. */
function files(env: Environment, database: string | null): FilesConfig {
  const value = env.TESSERA_FILES;
  if (value) return place('TESSERA_FILES', value, env);
  return { kind: 'disk', folder: database === null ? resolve('data/files') : join(dirname(database), 'files') };
}

const daysMax = 36_500;

/** Days; 0: for ever. */
function keep(env: Environment): Keep {
  const days = (name: string, fallback: number) => wholeNumber(name, env[name], fallback, 0, daysMax);
  return Object.freeze({
    changesDays: days('TESSERA_KEEP_CHANGES_DAYS', keepDefaults.changesDays),
    auditDays: days('TESSERA_KEEP_AUDIT_DAYS', keepDefaults.auditDays),
    usageDays: days('TESSERA_KEEP_USAGE_DAYS', keepDefaults.usageDays),
    deliveryContentDays: days('TESSERA_KEEP_DELIVERY_CONTENT_DAYS', keepDefaults.deliveryContentDays),
    deliveryDays: days('TESSERA_KEEP_DELIVERIES_DAYS', keepDefaults.deliveryDays),
    notificationDays: days('TESSERA_KEEP_NOTIFICATIONS_DAYS', keepDefaults.notificationDays),
    importDays: days('TESSERA_KEEP_IMPORTS_DAYS', keepDefaults.importDays),
    idempotencyHours: wholeNumber(
      'TESSERA_KEEP_IDEMPOTENCY_HOURS',
      env.TESSERA_KEEP_IDEMPOTENCY_HOURS,
      keepDefaults.idempotencyHours,
      1,
      24 * 30,
    ),
  });
}

function backup(env: Environment): BackupConfig | null {
  const { TESSERA_BACKUP: value } = env;
  if (!value) return null;
  return {
    place: place('TESSERA_BACKUP', value, env),
    everyMs: duration('TESSERA_BACKUP_EVERY', env.TESSERA_BACKUP_EVERY, 24 * 3_600_000),
    keep: wholeNumber('TESSERA_BACKUP_KEEP', env.TESSERA_BACKUP_KEEP, 7, 1, 10_000),
  };
}

/** The settings of another database than the one that the environment names. */
export function readConfigOf(databaseUrl: string, env: Environment = process.env): Config {
  return readConfig({ ...env, DATABASE_URL: databaseUrl });
}

/** A place as people name it, without its keys. */
export function nameOfPlace(place: FilesConfig): string {
  return place.kind === 'disk' ? place.folder : `s3://${place.bucket}/${place.prefix}`;
}

/** Where backups are, as it is typed: a folder, or an object store as in TESSERA_BACKUP. */
export function readBackupPlace(value: string, env: Environment = process.env): FilesConfig {
  const isNamed = value.startsWith('s3://') || value.startsWith('disk:');
  return place('TESSERA_BACKUP', isNamed ? value : `disk:${value}`, env);
}

/** `disk:<folder>`, or `s3://bucket/prefix?endpoint=…&region=…` with the keys in AWS_…. */
function place(name: string, value: string, env: Environment): FilesConfig {
  const folder = /^disk:(.+)$/.exec(value)?.[1];
  if (folder !== undefined) return { kind: 'disk', folder: resolve(folder) };
  const form = 's3://bucket/prefix?endpoint=https://…&region=…';
  if (!value.startsWith('s3://') || !URL.canParse(value)) {
    throw new ConfigError(`${name}: must be disk:<folder> or ${form}`);
  }
  const { hostname: bucket, pathname, searchParams } = new URL(value);
  const region = searchParams.get('region') || 'us-east-1';
  const endpoint = searchParams.get('endpoint') || `https://s3.${region}.amazonaws.com`;
  if (bucket === '' || !URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new ConfigError(`${name}: must name a bucket and an http or https endpoint, as in ${form}`);
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new ConfigError(`AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: must be set when ${name} is in an object store`);
  }
  return {
    kind: 's3',
    bucket,
    prefix: decodeURIComponent(pathname).replace(/^\/+|\/+$/g, ''),
    endpoint: new URL(endpoint).href.replace(/\/+$/, ''),
    region,
    accessKeyId,
    secretAccessKey,
  };
}

function publicUrl(value: string | undefined, host: string, port: number): string {
  if (!value) {
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `http://${name}:${port}`;
  }
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new ConfigError('TESSERA_PUBLIC_URL: must be an absolute http or https URL');
  }
  return value.replace(/\/+$/, '');
}

/** Push services refuse a contact that they cannot look up, so it is refused here, where it can be mended. */
function pushContact(value: string | undefined): string | null {
  if (!value) return null;
  const host = /^mailto:[^@\s<>]+@([^@\s<>]+)$/i.exec(value)?.[1] ?? httpsHostOf(value);
  if (host !== undefined && isPublicName(host)) return value;
  throw new ConfigError(
    'TESSERA_PUSH_CONTACT: must be mailto:<address> or an https URL, of a domain that push services can look up',
  );
}

function httpsHostOf(value: string): string | undefined {
  return /^https:\/\/[^\s<>]+$/i.test(value) && URL.canParse(value) ? new URL(value).hostname : undefined;
}

function masterKey(value: string | undefined): Buffer | null {
  if (!value) return null;
  const key = Buffer.from(value, 'base64');
  if (key.length !== 32)
    throw new ConfigError('TESSERA_MASTER_KEY: must be 32 bytes in base64 (make one: openssl rand -base64 32)');
  return key;
}

function wholeNumber(name: string, value: string | undefined, fallback: number, min: number, max: number): number {
  if (!value) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new ConfigError(`${name}: must be a whole number from ${min} to ${max}`);
  }
  return number;
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/** `90m`, `12h`, `7d`. @returns milliseconds */
function duration(name: string, value: string | undefined, fallback: number): number {
  if (!value) return fallback;
  const [, amount, unit = ''] = /^(\d{1,5})([mhd])$/.exec(value) ?? [];
  const ms = Number(amount) * (unitMs[unit] ?? Number.NaN);
  if (!(ms > 0)) throw new ConfigError(`${name}: must be like 90m, 12h or 7d`);
  return ms;
}

function oneOf<T extends string>(name: string, value: string | undefined, fallback: T, allowed: readonly T[]): T {
  if (!value) return fallback;
  const found = allowed.find((one) => one === value.toLowerCase());
  if (found === undefined) throw new ConfigError(`${name}: must be one of ${allowed.join(', ')}`);
  return found;
}

/**
 * The master key: from the environment, or from `master.key` (mode 0600) beside the database, made at first use. A
 * database without its key file is refused: a new key could not open what the old one sealed.
 */
export async function loadMasterKey(config: Config): Promise<Buffer> {
  if (config.masterKey !== null) return config.masterKey;
  if (config.databaseFile === null) {
    throw new ConfigError(
      'TESSERA_MASTER_KEY: must be set when the database is not a local file (make one: openssl rand -base64 32)',
    );
  }
  const path = masterKeyFile(config.databaseFile);
  if (existsSync(path)) {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
    if (key.length !== 32)
      throw new ConfigError(
        `${path}: does not hold 32 bytes in base64; put the right key back or set TESSERA_MASTER_KEY`,
      );
    return key;
  }
  if (existsSync(config.databaseFile)) {
    throw new ConfigError(
      `${path}: is missing, but its database exists; put the key file back or set TESSERA_MASTER_KEY`,
    );
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const key = randomBytes(32);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}

export function masterKeyFile(databaseFile: string): string {
  return join(dirname(databaseFile), 'master.key');
}
