/** The types of values in formulas: how they are named, which fit where, and what several of them have in common. */

import type { ResultType, Scalar, Value, ValueType } from './formula-value.ts';
import type { Param } from './functions/formula-function.ts';

/** As messages name it. */
export function typeName(type: ValueType): string {
  if (typeof type === 'object') return `a list of ${plurals[type.listOf]}`;
  return names[type];
}

const names: Record<ResultType | 'blank' | 'links', string> = {
  number: 'a number',
  text: 'a text',
  boolean: 'a condition (true or false)',
  date: 'a date',
  datetime: 'a date with time',
  blank: 'an empty value',
  links: 'a relation',
};
const plurals: Record<ResultType, string> = {
  number: 'numbers',
  text: 'texts',
  boolean: 'conditions',
  date: 'dates',
  datetime: 'dates with times',
};

const paramNames: Record<Param, string> = {
  number: 'a number',
  text: 'a text or another single value',
  condition: 'a condition (true or false)',
  date: 'a date',
  moment: 'a date or a date with time',
  numbers: 'a number or a list of numbers',
  ordered: 'numbers or dates',
  list: 'a list, such as {Relation.Field}',
  linked: 'a list or a relation',
  any: 'a single value',
  everything: 'a value',
};

export function paramName(param: Param): string {
  return paramNames[param];
}

export function isScalar(type: ValueType): type is ResultType | 'blank' {
  return typeof type === 'string' && type !== 'links';
}

export function fits(type: ValueType, param: Param): boolean {
  const list = typeof type === 'object' ? type.listOf : null;
  if (param === 'everything') return true;
  if (param === 'list') return list !== null;
  if (param === 'linked') return list !== null || type === 'links';
  if (param === 'numbers') return type === 'blank' || (list ?? type) === 'number';
  if (param === 'ordered') {
    const one = list ?? type;
    return one === 'blank' || one === 'number' || one === 'date' || one === 'datetime';
  }
  if (!isScalar(type)) return false;
  if (type === 'blank' || param === 'any' || param === 'text') return true;
  if (param === 'moment') return type === 'date' || type === 'datetime';
  return param === 'condition' ? type === 'boolean' : type === param;
}

/** The one type that values of all these types have; null when there is none. */
export function commonType(types: readonly ValueType[]): ResultType | 'blank' | null {
  let common: ResultType | 'blank' = 'blank';
  for (const type of types) {
    if (!isScalar(type)) return null;
    if (type === 'blank' || type === common) continue;
    if (common === 'blank') common = type;
    else if (isMoment(type) && isMoment(common)) common = 'datetime';
    else return null;
  }
  return common;
}

export function isMoment(type: ValueType): type is 'date' | 'datetime' {
  return type === 'date' || type === 'datetime';
}

/** A value of type `from` as one of type `to`, where these differ: a date is the midnight that begins it. */
export function widened(value: Value, from: ValueType, to: ValueType): Value {
  return from === 'date' && to === 'datetime' && typeof value === 'string' ? `${value}T00:00:00.000Z` : value;
}

/** The order in which filters and sorts see values: texts by code points, as the database has them. */
export function compareScalars(a: NonNullable<Scalar>, b: NonNullable<Scalar>): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const one = a.charCodeAt(index);
    const other = b.charCodeAt(index);
    if (one === other) continue;
    // Surrogates stand for code points above every other unit.
    const isOneHigh = one >= 0xd800 && one <= 0xdfff;
    const isOtherHigh = other >= 0xd800 && other <= 0xdfff;
    return isOneHigh === isOtherHigh ? one - other : isOneHigh ? 1 : -1;
  }
  return a.length - b.length;
}
