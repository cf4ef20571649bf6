/** What is kept beside a file while it is imported, so that an import that was cut off can go on. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { systemClock, toIso } from '../core/clock.ts';
import { newId } from '../core/ids.ts';
import type { ImportRun } from '../core/import/import-run.ts';
import { CliError, exitCodes } from './exit-codes.ts';

interface State extends ImportRun {
  readonly appId: string;
  readonly table: string;
  readonly startedAt: string;
}

export interface ImportState {
  readonly run: ImportRun;
  /** The import is over. */
  remove(): Promise<void>;
}

/**
 * The run that goes on, or a new one. An import that was cut off is neither repeated nor resumed unasked: one would make
 * every record twice, the other would surprise who wants to begin anew.
 * @throws CliError
 */
export async function openImportState(
  file: string,
  appId: string,
  table: string,
  {
    resume = false,
    restart = false,
    hours,
  }: { readonly resume?: boolean; readonly restart?: boolean; readonly hours: number },
): Promise<ImportState> {
  const path = `${file}.tessera-import`;
  const remove = () => rm(path, { force: true });
  const before = restart ? null : await readState(path);
  if (before !== null && before.appId === appId && before.table === table) {
    if (!resume) {
      throw new CliError(
        exitCodes.usage,
        `an import of this file into ${table}, begun at ${before.startedAt}, was cut off: add --resume to go on, or --restart to begin anew`,
      );
    }
    if (systemClock.now() - Date.parse(before.startedAt) > hours * 3_600_000) {
      throw new CliError(
        exitCodes.refused,
        `the import was begun at ${before.startedAt}; what is noted of it is kept for ${hours} hours only (TESSERA_KEEP_IDEMPOTENCY_HOURS)`,
      );
    }
    return { run: { id: before.id }, remove };
  }
  if (resume) throw new CliError(exitCodes.usage, `--resume: no import of this file into ${table} was cut off`);
  const state: State = { id: newId(), appId, table, startedAt: toIso(systemClock.now()) };
  // Beside a file in a folder that cannot be written, the import is made all the same.
  await writeFile(path, `${JSON.stringify(state)}\n`, { mode: 0o600 }).catch(() => undefined);
  return { run: { id: state.id }, remove };
}

async function readState(path: string): Promise<State | null> {
  try {
    const state = JSON.parse(await readFile(path, 'utf8')) as Partial<State>;
    return typeof state.id === 'string' && typeof state.startedAt === 'string' ? (state as State) : null;
  } catch {
    return null;
  }
}
