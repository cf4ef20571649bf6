/** Functions of numbers. What does not exist or is too large is #NUM!. */
import { readNumber, roundTo } from '../../fields/read-number.ts';
import { formulaError, type Value } from '../formula-value.ts';
import type { FormulaFunction } from './formula-function.ts';

const group = 'Numbers';

function finite(value: number): Value {
  return Number.isFinite(value) ? value : formulaError('#NUM!');
}

function numberAt(args: readonly Value[], index: number, otherwise = 0): number {
  const value = args[index];
  return typeof value === 'number' ? value : otherwise;
}

/** Between 0 and 10 places of decimals; below 0, tens, hundreds and so on. */
function placesAt(args: readonly Value[], index: number): number {
  return Math.max(-15, Math.min(10, Math.trunc(numberAt(args, index))));
}

type Rounding = (value: number) => number;

/** Rounds at a decimal place by `rounding`, on the decimal digits: 1.1 × 10 is not quite 11 in binary. */
function roundedAt(value: number, places: number, rounding: Rounding): number {
  const exact = Number(value.toPrecision(15));
  const [digits, exponent = '0'] = String(exact).split('e');
  const shifted = rounding(Number(`${digits}e${Number(exponent) + places}`));
  const [back, more = '0'] = String(shifted).split('e');
  return Number(`${back}e${Number(more) - places}`);
}

function rounding(
  name: string,
  about: string,
  examples: FormulaFunction['examples'],
  by: Rounding | null,
): FormulaFunction {
  return {
    name,
    group,
    syntax: `${name}(number, places)`,
    about,
    examples,
    params: ['number', 'number'],
    optional: 1,
    result: 'number',
    run(args) {
      const value = numberAt(args, 0);
      const places = placesAt(args, 1);
      if (by !== null) return finite(roundedAt(value, places, by));
      return finite(places >= 0 ? roundTo(Number(value.toPrecision(15)), places) : halfAway(value, places));
    },
  };
}

function halfAway(value: number, places: number): number {
  return roundedAt(Math.abs(value), places, Math.round) * Math.sign(value);
}

/** The remainder with the sign of the divisor, as spreadsheets have it. */
export function remainder(value: number, divisor: number): Value {
  if (divisor === 0) return formulaError('#DIV/0!');
  const rest = value % divisor;
  return rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest;
}

export const numberFunctions: readonly FormulaFunction[] = [
  rounding(
    'ROUND',
    'Rounded to so many decimal places (0 when left out), half away from zero; places below 0 round to tens, hundreds…',
    [
      ['ROUND(2.345, 2)', 2.35],
      ['ROUND(-2.5)', -3],
      ['ROUND(1234, -2)', 1200],
    ],
    null,
  ),
  rounding(
    'FLOOR',
    'Rounded down to so many decimal places (0 when left out).',
    [
      ['FLOOR(2.9)', 2],
      ['FLOOR(-2.11, 1)', -2.2],
    ],
    Math.floor,
  ),
  rounding(
    'CEILING',
    'Rounded up to so many decimal places (0 when left out).',
    [
      ['CEILING(2.1)', 3],
      ['CEILING(1.1, 1)', 1.1],
    ],
    Math.ceil,
  ),
  {
    name: 'TRUNC',
    group,
    syntax: 'TRUNC(number)',
    about: 'The whole part of a number.',
    examples: [['TRUNC(-2.9)', -2]],
    params: ['number'],
    result: 'number',
    run: (args) => Math.trunc(numberAt(args, 0)),
  },
  {
    name: 'ABS',
    group,
    syntax: 'ABS(number)',
    about: 'The number without its sign.',
    examples: [['ABS(-3)', 3]],
    params: ['number'],
    result: 'number',
    run: (args) => Math.abs(numberAt(args, 0)),
  },
  {
    name: 'SIGN',
    group,
    syntax: 'SIGN(number)',
    about: '-1, 0 or 1: the sign of a number.',
    examples: [['SIGN(-3)', -1]],
    params: ['number'],
    result: 'number',
    run: (args) => Math.sign(numberAt(args, 0)),
  },
  {
    name: 'POWER',
    group,
    syntax: 'POWER(number, exponent)',
    about: 'The number raised to a power.',
    examples: [
      ['POWER(2, 10)', 1024],
      ['POWER(0, -1)', '#NUM!'],
    ],
    params: ['number', 'number'],
    result: 'number',
    run: (args) => finite(numberAt(args, 0) ** numberAt(args, 1)),
  },
  {
    name: 'SQRT',
    group,
    syntax: 'SQRT(number)',
    about: 'The square root.',
    examples: [
      ['SQRT(9)', 3],
      ['SQRT(-1)', '#NUM!'],
    ],
    params: ['number'],
    result: 'number',
    run: (args) => finite(Math.sqrt(numberAt(args, 0))),
  },
  {
    name: 'EXP',
    group,
    syntax: 'EXP(number)',
    about: "Euler's number raised to a power.",
    examples: [['EXP(0)', 1]],
    params: ['number'],
    result: 'number',
    run: (args) => finite(Math.exp(numberAt(args, 0))),
  },
  {
    name: 'LOG',
    group,
    syntax: 'LOG(number, base)',
    about: 'The logarithm, of base 10 when the base is left out.',
    examples: [
      ['LOG(1000)', 3],
      ['LOG(8, 2)', 3],
      ['LOG(0)', '#NUM!'],
    ],
    params: ['number', 'number'],
    optional: 1,
    result: 'number',
    run(args) {
      const base = numberAt(args, 1, 10);
      const value = numberAt(args, 0);
      if (base === 10) return finite(Math.log10(value));
      return finite(base === 2 ? Math.log2(value) : Math.log(value) / Math.log(base));
    },
  },
  {
    name: 'MOD',
    group,
    syntax: 'MOD(number, divisor)',
    about: 'What remains of a division, with the sign of the divisor. Also written a % b.',
    examples: [
      ['MOD(7, 3)', 1],
      ['MOD(-1, 3)', 2],
      ['MOD(1, 0)', '#DIV/0!'],
    ],
    params: ['number', 'number'],
    result: 'number',
    run: (args) => remainder(numberAt(args, 0), numberAt(args, 1)),
  },
  {
    name: 'VALUE',
    group,
    syntax: 'VALUE(text)',
    about: 'The number that a text holds; #VALUE! where it holds none.',
    examples: [
      ['VALUE(" 19.90 ")', 19.9],
      ['VALUE("twelve")', '#VALUE!'],
      ['VALUE("")', null],
    ],
    params: ['text'],
    result: 'number',
    run([text]) {
      const number = readNumber(text);
      return number === null || typeof number === 'number' ? number : formulaError('#VALUE!');
    },
  },
];
