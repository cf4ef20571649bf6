/** What the process ends with, so that scripts can tell why. Documented in docs/reference/cli.md; stable. */
import { CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { AppError } from '../core/errors.ts';

export const exitCodes = {
  ok: 0,
  /** Something broke: the disk, the network, a fault of our own. */
  failed: 1,
  /** The command line or a setting is wrong. */
  usage: 2,
  /** What was named does not exist. */
  notFound: 3,
  /** Understood and refused: bad data, a limit, something that exists already. */
  refused: 4,
  /** Another process has the database. */
  databaseInUse: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The code in JSON of a failure that has none of the native API. */
export const exitNames: Readonly<Record<ExitCode, string>> = {
  [exitCodes.ok]: 'ok',
  [exitCodes.failed]: 'failed',
  [exitCodes.usage]: 'usage',
  [exitCodes.notFound]: 'not_found',
  [exitCodes.refused]: 'refused',
  [exitCodes.databaseInUse]: 'database_in_use',
};

/** A failure whose text is for the person at the terminal. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof ConfigError) return exitCodes.usage;
  // Help and version are asked for; everything else that the parser throws is a wrong command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof AppError) {
    if (error.code === 'internal_error' || error.code === 'store_unavailable') return exitCodes.failed;
    return error.code.endsWith('_not_found') ? exitCodes.notFound : exitCodes.refused;
  }
  return codeOf(error) === 'DATABASE_IN_USE' ? exitCodes.databaseInUse : exitCodes.failed;
}

/** The `code` that Node and the store put on their errors; empty when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
