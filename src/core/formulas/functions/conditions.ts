/** Functions that choose. They work out only what they need, so that an error in what is not chosen stays unseen. */
import { FormulaError, formulaError, type Value } from '../formula-value.ts';
import { commonType, typeName } from '../value-type.ts';
import type { FormulaFunction, Run } from './formula-function.ts';

const group = 'Conditions';

function isBlank(value: Value): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function sameType(what: string, types: Parameters<typeof commonType>[0]) {
  const common = commonType(types);
  if (common !== null) return common;
  const named = [...new Set(types.filter((type) => type !== 'blank').map(typeName))];
  return `${what} must be of one type, not ${named.join(' and ')}; TEXT() makes a text of any value`;
}

/** Equality as `=` has it: an empty text is an empty value. */
export function areEqual(a: Value, b: Value): boolean {
  return (a === '' ? null : a) === (b === '' ? null : b);
}

export const conditionFunctions: readonly FormulaFunction[] = [
  {
    name: 'IF',
    group,
    syntax: 'IF(condition, then, else)',
    about: 'The second value where the condition holds, otherwise the third; empty where there is no third.',
    examples: [
      ['IF(1 < 2, "yes", "no")', 'yes'],
      ['IF(FALSE, 1)', null],
    ],
    params: ['condition', 'any', 'any'],
    optional: 1,
    result: ([, ...results]) => sameType('the results of IF', results),
    choose:
      ([condition, then, otherwise]) =>
      (row, env) => {
        const value = condition?.(row, env) ?? null;
        if (value instanceof FormulaError) return value;
        return (value === true ? then?.(row, env) : otherwise?.(row, env)) ?? null;
      },
  },
  {
    name: 'SWITCH',
    group,
    syntax: 'SWITCH(value, case, result, …, otherwise)',
    about: 'The result after the first case that equals the value; the last value where none does.',
    examples: [
      ['SWITCH("b", "a", 1, "b", 2, 0)', 2],
      ['SWITCH("z", "a", 1)', null],
    ],
    params: ['any', 'any', 'any'],
    rest: 'any',
    result(types) {
      const isWithElse = types.length % 2 === 0;
      const cases = types.filter(
        (_, index) => index === 0 || (index % 2 === 1 && !(isWithElse && index === types.length - 1)),
      );
      const of = sameType('the value and the cases of SWITCH', cases);
      if (of.length > 0 && commonType(cases) === null) return of;
      const results = types.filter(
        (_, index) => index > 0 && (index % 2 === 0 || (isWithElse && index === types.length - 1)),
      );
      return sameType('the results of SWITCH', results);
    },
    choose:
      ([value, ...rest]) =>
      (row, env) => {
        const wanted = value?.(row, env) ?? null;
        if (wanted instanceof FormulaError) return wanted;
        for (let index = 0; index + 1 < rest.length; index += 2) {
          const one = rest[index]?.(row, env) ?? null;
          if (one instanceof FormulaError) return one;
          if (areEqual(one, wanted)) return rest[index + 1]?.(row, env) ?? null;
        }
        return rest.length % 2 === 1 ? (rest.at(-1)?.(row, env) ?? null) : null;
      },
  },
  {
    name: 'AND',
    group,
    syntax: 'AND(condition, …)',
    about: 'Whether every condition holds. Also written a AND b.',
    examples: [
      ['AND(TRUE, 1 < 2)', true],
      ['AND(FALSE, 1 / 0 > 1)', false],
    ],
    params: ['condition'],
    rest: 'condition',
    result: 'boolean',
    choose: (args) => untilOneIs(args, false),
  },
  {
    name: 'OR',
    group,
    syntax: 'OR(condition, …)',
    about: 'Whether at least one condition holds. Also written a OR b.',
    examples: [['OR(FALSE, "a" = "a")', true]],
    params: ['condition'],
    rest: 'condition',
    result: 'boolean',
    choose: (args) => untilOneIs(args, true),
  },
  {
    name: 'NOT',
    group,
    syntax: 'NOT(condition)',
    about: 'Whether the condition does not hold. Also written NOT a.',
    examples: [['NOT(1 > 2)', true]],
    params: ['condition'],
    result: 'boolean',
    run: ([value]) => value !== true,
  },
  {
    name: 'BLANK',
    group,
    syntax: 'BLANK()',
    about: 'The empty value.',
    examples: [['BLANK()', null]],
    params: [],
    result: 'blank',
    run: () => null,
  },
  {
    name: 'ISBLANK',
    group,
    syntax: 'ISBLANK(value)',
    about: 'Whether the value is empty: nothing, an empty text, an empty list, no linked record.',
    examples: [
      ['ISBLANK("")', true],
      ['ISBLANK(0)', false],
    ],
    params: ['everything'],
    result: 'boolean',
    takesBlank: true,
    run: ([value = null]) => isBlank(value),
  },
  {
    name: 'COALESCE',
    group,
    syntax: 'COALESCE(value, …)',
    about: 'The first value that is not empty.',
    examples: [['COALESCE("", BLANK(), "c")', 'c']],
    params: ['any'],
    rest: 'any',
    result: (types) => sameType('the values of COALESCE', types),
    choose: (args) => (row, env) => {
      for (const arg of args) {
        const value = arg(row, env);
        if (!isBlank(value)) return value;
      }
      return null;
    },
  },
  {
    name: 'IFERROR',
    group,
    syntax: 'IFERROR(value, instead)',
    about: 'The value, or the second one where the first is an error.',
    examples: [['IFERROR(1 / 0, 0)', 0]],
    params: ['any', 'any'],
    result: (types) => sameType('the values of IFERROR', types),
    choose:
      ([value, instead]) =>
      (row, env) => {
        const found = value?.(row, env) ?? null;
        return found instanceof FormulaError ? (instead?.(row, env) ?? null) : found;
      },
  },
  {
    name: 'ISERROR',
    group,
    syntax: 'ISERROR(value)',
    about: 'Whether the value is an error.',
    examples: [
      ['ISERROR(1 / 0)', true],
      ['ISERROR(1)', false],
    ],
    params: ['everything'],
    result: 'boolean',
    choose:
      ([value]) =>
      (row, env) =>
        value?.(row, env) instanceof FormulaError,
  },
  {
    name: 'ERROR',
    group,
    syntax: 'ERROR()',
    about: 'The error #ERROR!, for what must not be.',
    examples: [['ERROR()', '#ERROR!']],
    params: [],
    result: 'blank',
    run: () => formulaError('#ERROR!'),
  },
];

/** From left to right; what comes after the decision is not worked out. An empty condition does not hold. */
function untilOneIs(args: readonly Run[], decision: boolean): Run {
  return (row, env) => {
    for (const arg of args) {
      const value = arg(row, env);
      if (value instanceof FormulaError) return value;
      if ((value === true) === decision) return decision;
    }
    return !decision;
  };
}
