/** Functions of texts. They count characters as people do who type: a letter beyond the basic plane, an emoji, is one. */
import { formulaError, type Scalar, textMax, textOf, type Value } from '../formula-value.ts';
import { formatMoment, formatNumber } from './format-value.ts';
import type { FormulaFunction } from './formula-function.ts';

const group = 'Texts';

export function bounded(text: string): Value {
  return text.length > textMax ? formulaError('#SIZE!') : text;
}

function textAt(args: readonly Value[], index: number): string {
  const value = args[index];
  return typeof value === 'string' ? value : '';
}

/** A count of characters: whole, not below 0. */
function countAt(args: readonly Value[], index: number, otherwise: number): number {
  const value = args[index];
  return typeof value === 'number' ? Math.max(0, Math.trunc(value)) : otherwise;
}

/** Where so many characters from `start` on end. A pair of surrogates is one. */
function endOf(text: string, start: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < text.length; left -= 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at = endOf(text, at, 1)) length += 1;
  return length;
}

function changing(
  name: string,
  about: string,
  example: readonly [string, string],
  change: (text: string) => string,
): FormulaFunction {
  return {
    name,
    group,
    syntax: `${name}(text)`,
    about,
    examples: [example],
    params: ['text'],
    result: 'text',
    run: (args) => bounded(change(textAt(args, 0))),
  };
}

function asking(
  name: string,
  about: string,
  example: readonly [string, boolean],
  ask: (text: string, part: string) => boolean,
): FormulaFunction {
  return {
    name,
    group,
    syntax: `${name}(text, part)`,
    about,
    examples: [example],
    params: ['text', 'text'],
    result: 'boolean',
    run: (args) => ask(textAt(args, 0).toLowerCase(), textAt(args, 1).toLowerCase()),
  };
}

function substitute(name: string): FormulaFunction {
  return {
    name,
    group,
    syntax: `${name}(text, old, new)`,
    about: 'The text with every occurrence of the second text replaced by the third.',
    examples: [[`${name}("a-b-c", "-", "+")`, 'a+b+c']],
    params: ['text', 'text', 'text'],
    result: 'text',
    run(args) {
      const old = textAt(args, 1);
      const text = textAt(args, 0);
      if (old === '') return text;
      const parts = text.split(old);
      const next = textAt(args, 2);
      return text.length + parts.length * next.length > 2 * textMax
        ? formulaError('#SIZE!')
        : bounded(parts.join(next));
    },
  };
}

export const textFunctions: readonly FormulaFunction[] = [
  {
    name: 'CONCAT',
    group,
    syntax: 'CONCAT(value, …)',
    about: 'The values one after the other as one text. Also written a & b.',
    examples: [['CONCAT("No. ", 7, "!")', 'No. 7!']],
    params: ['text'],
    rest: 'text',
    result: 'text',
    run: (args) => bounded(args.map((_, index) => textAt(args, index)).join('')),
  },
  {
    name: 'LEN',
    group,
    syntax: 'LEN(text)',
    about: 'How many characters the text has.',
    examples: [['LEN("héllo")', 5]],
    params: ['text'],
    result: 'number',
    run: (args) => lengthOf(textAt(args, 0)),
  },
  changing('UPPER', 'The text in capital letters.', ['UPPER("été")', 'ÉTÉ'], (text) => text.toUpperCase()),
  changing('LOWER', 'The text in small letters.', ['LOWER("ÀB")', 'àb'], (text) => text.toLowerCase()),
  changing('TRIM', 'The text without the space around it.', ['TRIM("  a b ")', 'a b'], (text) => text.trim()),
  {
    name: 'LEFT',
    group,
    syntax: 'LEFT(text, count)',
    about: 'The first characters of the text (one when the count is left out).',
    examples: [
      ['LEFT("Tessera", 3)', 'Tes'],
      ['LEFT("Tessera")', 'T'],
    ],
    params: ['text', 'number'],
    optional: 1,
    result: 'text',
    run: (args) => textAt(args, 0).slice(0, endOf(textAt(args, 0), 0, countAt(args, 1, 1))),
  },
  {
    name: 'RIGHT',
    group,
    syntax: 'RIGHT(text, count)',
    about: 'The last characters of the text (one when the count is left out).',
    examples: [['RIGHT("Tessera", 3)', 'era']],
    params: ['text', 'number'],
    optional: 1,
    result: 'text',
    run(args) {
      const text = textAt(args, 0);
      return text.slice(endOf(text, 0, lengthOf(text) - countAt(args, 1, 1)));
    },
  },
  {
    name: 'MID',
    group,
    syntax: 'MID(text, start, count)',
    about: 'So many characters from a place on; the first character is at 1.',
    examples: [['MID("Tessera", 2, 3)', 'ess']],
    params: ['text', 'number', 'number'],
    result: 'text',
    run(args) {
      const text = textAt(args, 0);
      const start = endOf(text, 0, countAt(args, 1, 1) - 1);
      return text.slice(start, endOf(text, start, countAt(args, 2, 0)));
    },
  },
  substitute('SUBSTITUTE'),
  substitute('REPLACE'),
  asking(
    'CONTAINS',
    'Whether the part occurs in the text, in any case of letters.',
    ['CONTAINS("Lampe", "LAMP")', true],
    (text, part) => text.includes(part),
  ),
  asking(
    'STARTS_WITH',
    'Whether the text begins with the part, in any case of letters.',
    ['STARTS_WITH("Lampe", "la")', true],
    (text, part) => text.startsWith(part),
  ),
  asking(
    'ENDS_WITH',
    'Whether the text ends with the part, in any case of letters.',
    ['ENDS_WITH("Lampe", "pe")', true],
    (text, part) => text.endsWith(part),
  ),
  {
    name: 'FIND',
    group,
    syntax: 'FIND(text, part)',
    about: 'The place at which the part first occurs, case counting; the first character is at 1, and 0 is nowhere.',
    examples: [
      ['FIND("a-b", "-")', 2],
      ['FIND("ab", "-")', 0],
    ],
    params: ['text', 'text'],
    result: 'number',
    run(args) {
      const at = textAt(args, 0).indexOf(textAt(args, 1));
      return at < 0 ? 0 : lengthOf(textAt(args, 0).slice(0, at)) + 1;
    },
  },
  {
    name: 'REPEAT',
    group,
    syntax: 'REPEAT(text, times)',
    about: 'The text so many times.',
    examples: [['REPEAT("★", 3)', '★★★']],
    params: ['text', 'number'],
    result: 'text',
    run(args) {
      const text = textAt(args, 0);
      const times = countAt(args, 1, 0);
      return text.length * times > textMax ? formulaError('#SIZE!') : text.repeat(times);
    },
  },
  {
    name: 'TEXT',
    group,
    syntax: 'TEXT(value, format)',
    about:
      'The value as a text. Formats of numbers: 0, 0.00, #,##0.00, 0%. Of dates: YYYY, YY, MMMM, MMM, MM, M, DDDD, DDD, DD, D, and of times HH, mm, ss.',
    examples: [
      ['TEXT(1234.5, "#,##0.00")', '1,234.50'],
      ['TEXT(0.256, "0%")', '26%'],
      ['TEXT(DATE(2026, 3, 5), "D MMMM YYYY")', '5 March 2026'],
      ['TEXT(TRUE)', 'true'],
    ],
    params: ['any', 'text'],
    optional: 1,
    result: 'text',
    takesBlank: true,
    run([value = null, format]) {
      const given = typeof format === 'string' ? format : '';
      if (value === null || given === '') return bounded(textOf(value as Scalar));
      if (typeof value === 'number') return bounded(formatNumber(value, given));
      return bounded(typeof value === 'string' ? formatMoment(value, given) : textOf(value as Scalar));
    },
  },
];
