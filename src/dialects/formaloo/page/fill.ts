/** What stands in a form while it is shown: by the names of its inputs, so that what was typed comes back as it was. */
import type { Json } from '../../../core/fields/field-type.ts';
import { isPlainObject } from '../../../core/fields/plain-json.ts';
import { textOrNull } from '../memory.ts';
import type { Option, Question } from './questions.ts';

export interface KeptFile {
  readonly id: string;
  readonly name: string;
}

export interface Fill {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Files that arrived already, by slug. */
  readonly files: ReadonlyMap<string, readonly KeptFile[]>;
  /** What is wrong, by slug, in the words of the API. */
  readonly errors: ReadonlyMap<string, string>;
  /** What is wrong beyond single questions. */
  readonly general: readonly string[];
  /** What can be chosen where that is no setting of the form, by slug. */
  readonly offered: ReadonlyMap<string, readonly Option[]>;
}

export const noFill: Fill = { values: new Map(), files: new Map(), errors: new Map(), general: [], offered: new Map() };

/** Names of inputs inside a question: slugs have no dots. */
export function partName(slug: string, ...parts: readonly (string | number)[]): string {
  return [slug, ...parts].join('.');
}

/** An answer as it is kept (a default, a draft), as the inputs of its question would send it. */
export function inputsOf(question: Question, answer: Json): [string, readonly string[]][] {
  const { slug, type } = question;
  if (answer === null || answer === undefined) return [];
  if (type === 'matrix' && isPlainObject(answer)) {
    return Object.entries(answer).map(([row, column]) => [partName(slug, row), [String(column)]]);
  }
  if ((type === 'table' || type === 'repeating_section') && Array.isArray(answer)) {
    return answer.flatMap((row, index) =>
      Object.entries(isPlainObject(row) ? row : {}).map(([key, value]): [string, string[]] => [
        partName(slug, index, key),
        [String(value)],
      ]),
    );
  }
  if (isPlainObject(answer)) return [[slug, [textOrNull(answer.label) ?? textOrNull(answer.address) ?? '']]];
  // Inputs for moments take no zone and no fractions.
  if (type === 'datetime') return [[slug, [String(answer).slice(0, 16)]]];
  if (type === 'time') return [[slug, [String(answer).slice(0, 5)]]];
  return [[slug, (Array.isArray(answer) ? answer : [answer]).map(String)]];
}

/** What the address of the page says, by slug or alias; choices also by their titles. Later defaults give way to it. */
export function fillFrom(
  questions: readonly Question[],
  query: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const question of questions) {
    const { slug, entry, options, view } = question;
    for (const [name, given] of inputsOf(question, view.default ?? null)) values.set(name, given);
    const asked = query[slug] ?? (entry.alias === null ? undefined : query[entry.alias]);
    const given = [asked].flat().filter((one): one is string => typeof one === 'string' && one !== '');
    if (given.length === 0) continue;
    const parts =
      options.length === 0
        ? given
        : given.flatMap((one) =>
            options.some((option) => option.slug === one || sameText(option.title, one)) ? one : one.split(','),
          );
    values.set(
      slug,
      parts.map((one) => options.find((option) => option.slug === one || sameText(option.title, one))?.slug ?? one),
    );
  }
  return values;
}

function sameText(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
