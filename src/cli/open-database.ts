/** The database of a command that works beside the server's files: it must be there, and nobody else may have it. */
import { existsSync } from 'node:fs';
import type { Instance } from '../app.ts';
import type { Config } from '../config.ts';
import { CliError, codeOf, exitCodes } from './exit-codes.ts';

const throughServer = 'go through it: set TESSERA_URL to its address and TESSERA_API_KEY to a native key';

/**
 * Opens it, runs the command's work and closes it, whatever happens. `instead`: what else there is while a server has it;
 * null for what belongs to the operator and goes through no server. @throws CliError
 */
export async function withDatabase<T>(
  config: Config,
  work: (instance: Instance) => Promise<T>,
  instead: string | null = throughServer,
): Promise<T> {
  requireDatabase(config);
  const { openInstance } = await import('../app.ts');
  const instance = await openInstance(config).catch((error: unknown) => explainOpening(error, instead));
  try {
    return await work(instance);
  } finally {
    await instance.close();
  }
}

export function requireDatabase(config: Config): void {
  if (config.databaseFile === null || existsSync(config.databaseFile)) return;
  throw new CliError(
    exitCodes.notFound,
    `there is no database at ${config.databaseFile}. Make one with "tessera init", or point DATABASE_URL to yours.`,
  );
}

/** `instead`: what can be done without stopping the other process. */
export function explainOpening(
  error: unknown,
  instead: string | null = 'choose another one: DATABASE_URL=sqlite:<path>',
): never {
  if (codeOf(error) !== 'DATABASE_IN_USE' || !(error instanceof Error)) throw error;
  throw new CliError(
    exitCodes.databaseInUse,
    `${error.message} Stop it first${instead === null ? '' : `, or ${instead}`}.`,
    error,
  );
}
