/** What every command file offers: it adds its command to the program and reports how its run ended. */
import type { Command } from 'commander';

/** Told the exit code of a run that ended by itself; failures are thrown instead. */
export type Done = (exitCode: number) => void;

export type AddCommand = (program: Command, done: Done) => void;

/** The option that every command has. */
export const jsonOption = ['--json', 'print one JSON document, for machines'] as const;

/** Examples under a command's help: what to type, and what it does. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  return `\nExamples:\n${lines.map(([command, what]) => `  ${what}\n    ${command}`).join('\n')}`;
}
