/** Results go to standard output, everything about them (questions, progress, complaints) to standard error. */
import { CommanderError } from 'commander';
import { AppError } from '../core/errors.ts';
import { CliError, codeOf, exitCodeOf, exitNames } from './exit-codes.ts';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One JSON document on one line: what `--json` promises. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Columns as wide as their widest cell. Control characters of data never reach the terminal. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of clean) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return clean
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Data as it may be shown on a terminal: on one line, nothing that moves the cursor. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}

/** Tells why a command ended, in one sentence, or as JSON for machines; returns the exit code. */
export function tellFailure(error: unknown, asJson: boolean): number {
  const exitCode = exitCodeOf(error);
  // The parser has printed its own complaint, or the help that was asked for.
  if (error instanceof CommanderError) {
    if (asJson && exitCode !== 0) {
      const message = error.message.replace(/^error: /, '');
      note(JSON.stringify({ error: { code: 'usage', message } }));
    }
    return exitCode;
  }
  const message = messageOf(error);
  if (asJson) {
    const code = error instanceof AppError ? error.code : codeOf(error).toLowerCase() || exitNames[exitCode];
    const issues = error instanceof AppError && error.issues.length > 0 ? { issues: error.issues } : {};
    note(JSON.stringify({ error: { code, message, ...issues } }));
  } else {
    note(`tessera: ${message}`);
  }
  return exitCode;
}

function messageOf(error: unknown): string {
  if (error instanceof AppError)
    return error.code === 'internal_error' ? (error.internal ?? error.message) : error.message;
  if (!(error instanceof Error)) return String(error);
  // Errors made for people, by the CLI, the configuration and the store, have a sentence; of others the place matters.
  const isMeant =
    error instanceof CliError || error.name === 'ConfigError' || codeOf(error) !== '' || error.name === 'Error';
  return isMeant ? error.message : (error.stack ?? error.message);
}
