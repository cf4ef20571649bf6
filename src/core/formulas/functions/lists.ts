/** Functions of lists: the chosen options of a field, or a field of all linked records. Empty values do not count. */

import { formulaError, type Scalar, textMax, textOf, type Value, type ValueType } from '../formula-value.ts';
import { commonType, compareScalars } from '../value-type.ts';
import { areEqual } from './conditions.ts';
import type { FormulaFunction } from './formula-function.ts';
import { bounded } from './texts.ts';

const group = 'Lists and related records';

/** Every value of the arguments, lists opened, without the empty ones. */
function valuesOf(args: readonly Value[]): NonNullable<Scalar>[] {
  const values: NonNullable<Scalar>[] = [];
  for (const arg of args) {
    for (const one of Array.isArray(arg) ? (arg as readonly Scalar[]) : [arg as Scalar])
      if (one !== null && one !== '') values.push(one);
  }
  return values;
}

function sum(values: readonly Scalar[]): number {
  // Neumaier's: what each addition loses is added in the end.
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = Number(value);
    const more = total + next;
    lost += Math.abs(total) >= Math.abs(next) ? total - more + next : next - more + total;
    total = more;
  }
  return Number.isFinite(lost) ? total + lost : total;
}

function extreme(
  name: string,
  about: string,
  example: readonly [string, number],
  isBetter: (order: number) => boolean,
): FormulaFunction {
  return {
    name,
    group,
    syntax: `${name}(list or values, …)`,
    about,
    examples: [example],
    params: ['ordered'],
    rest: 'ordered',
    result: extremeType,
    takesBlank: true,
    run(args) {
      let best: NonNullable<Scalar> | null = null;
      for (const one of valuesOf(args)) {
        // A day among moments is its midnight; by text the shorter one comes first, which is the same.
        if (best === null || isBetter(compareScalars(one, best))) best = one;
      }
      return best;
    },
  };
}

function extremeType(types: readonly ValueType[]): ValueType | string {
  const common = commonType(types.map((type) => (typeof type === 'object' ? type.listOf : type)));
  return common ?? 'the values must all be numbers or all be dates';
}

export const listFunctions: readonly FormulaFunction[] = [
  {
    name: 'COUNT',
    group,
    syntax: 'COUNT(relation or list)',
    about:
      'How many records are linked, or how many values of a list are not empty: COUNT({Orders}), COUNT({Orders.Total}).',
    examples: [],
    params: ['linked'],
    result: 'number',
    run: ([value]) => (typeof value === 'number' ? value : valuesOf([value ?? null]).length),
  },
  {
    name: 'SUM',
    group,
    syntax: 'SUM(list or values, …)',
    about: 'The sum of all values; 0 where there are none: SUM({Orders.Total}).',
    examples: [['SUM(1, 2, 3)', 6]],
    params: ['numbers'],
    rest: 'numbers',
    result: 'number',
    takesBlank: true,
    run: (args) => sum(valuesOf(args)),
  },
  {
    name: 'AVERAGE',
    group,
    syntax: 'AVERAGE(list or values, …)',
    about: 'The mean of all values; empty where there are none.',
    examples: [['AVERAGE(1, 2, 6)', 3]],
    params: ['numbers'],
    rest: 'numbers',
    result: 'number',
    takesBlank: true,
    run(args) {
      const values = valuesOf(args);
      return values.length === 0 ? null : sum(values) / values.length;
    },
  },
  extreme(
    'MIN',
    'The least number or the earliest date; empty where there are none.',
    ['MIN(3, 1, 2)', 1],
    (order) => order < 0,
  ),
  extreme(
    'MAX',
    'The greatest number or the latest date; empty where there are none.',
    ['MAX(3, 1, 2)', 3],
    (order) => order > 0,
  ),
  {
    name: 'JOIN',
    group,
    syntax: 'JOIN(list, separator)',
    about:
      'The values of a list as one text, with ", " or the given separator between them, in the order of the records: JOIN({Tags.Name}).',
    examples: [],
    params: ['list', 'text'],
    optional: 1,
    result: 'text',
    takesBlank: true,
    run([list = null, separator]) {
      const between = typeof separator === 'string' ? separator : ', ';
      const texts = valuesOf([list]).map(textOf);
      return texts.length * between.length > 2 * textMax ? formulaError('#SIZE!') : bounded(texts.join(between));
    },
  },
  {
    name: 'UNIQUE',
    group,
    syntax: 'UNIQUE(list)',
    about: 'The list with each value once: COUNT(UNIQUE({Orders.Country})).',
    examples: [],
    params: ['list'],
    result: ([type]) => type ?? 'blank',
    takesBlank: true,
    run: ([list = null]) => [...new Set(valuesOf([list]))],
  },
  {
    name: 'HAS',
    group,
    syntax: 'HAS(list, value)',
    about: 'Whether the value is in the list: HAS({Tags}, "new").',
    examples: [],
    params: ['list', 'any'],
    result: ([list, value]) => {
      const of = typeof list === 'object' ? list.listOf : 'blank';
      return value === undefined || commonType([of, value]) === null
        ? 'the value must be of the type of the list'
        : 'boolean';
    },
    takesBlank: true,
    run: ([list = null, value = null]) => valuesOf([list]).some((one) => areEqual(one, value)),
  },
];
