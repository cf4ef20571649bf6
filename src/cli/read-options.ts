/** Values of command-line options as the core takes them. What does not read is a wrong command line. */
import { InvalidArgumentError } from 'commander';
import { systemClock } from '../core/clock.ts';
import { type FieldTypeName, fieldTypeNames } from '../core/fields/field-type.ts';
import { type Verb, verbs } from '../core/workspaces/roles.ts';

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `30d`, `12h`, `90m`, `45s`, or 0. @returns seconds */
export function readDuration(text: string): number {
  if (text === '0') return 0;
  const [, amount, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  if (amount === undefined || seconds === undefined)
    throw new InvalidArgumentError('It must be like 30d, 12h, 90m or 45s.');
  return Number(amount) * seconds;
}

/** A duration from now, or an instant such as 2027-01-31 or 2027-01-31T12:00:00Z. @returns milliseconds since 1970 */
export function readExpiry(text: string): number {
  if (/^\d+[smhd]$/.test(text)) return systemClock.now() + readDuration(text) * 1000;
  const at = /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be like 30d, 2027-01-31 or 2027-01-31T12:00:00Z.');
  return at;
}

/** An instant such as 2027-01-31 or 2027-01-31T12:00:00Z. @returns milliseconds since 1970 */
export function readInstant(text: string): number {
  const at = /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be like 2027-01-31 or 2027-01-31T12:00:00Z.');
  return at;
}

export function readWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A scope as it is typed: the table by name or id. */
export interface TypedScope {
  readonly table: string;
  readonly verbs: readonly (Verb | '*')[];
}

/** `Orders:read,create`, `*:read`, `*:*`. A table's name may hold colons: the last one counts. */
export function readScope(text: string, before: readonly TypedScope[] = []): readonly TypedScope[] {
  const at = text.lastIndexOf(':');
  const table = text.slice(0, Math.max(0, at)).trim();
  const names = text
    .slice(at + 1)
    .split(',')
    .map((name) => name.trim());
  const isVerb = (name: string): name is Verb | '*' => name === '*' || verbs.some((verb) => verb === name);
  if (table === '' || !names.every(isVerb)) {
    throw new InvalidArgumentError(
      `It must be TABLE:VERBS, as in Orders:read,create. Verbs are ${verbs.join(', ')} and *.`,
    );
  }
  return [...before, { table, verbs: names }];
}

/** Options that can be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** `COLUMN=TYPE`, as in `survived=checkbox`. */
export function readColumnType(
  text: string,
  before: ReadonlyMap<string, FieldTypeName> = new Map(),
): ReadonlyMap<string, FieldTypeName> {
  const at = text.lastIndexOf('=');
  const type = fieldTypeNames.find((name) => name === text.slice(at + 1).trim());
  if (at < 1 || type === undefined) {
    throw new InvalidArgumentError(`It must be COLUMN=TYPE. Types are ${fieldTypeNames.join(', ')}.`);
  }
  return new Map([...before, [text.slice(0, at), type]]);
}
