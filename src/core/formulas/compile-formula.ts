/**
 * A tree to something that can be worked out: types are checked once, here, with the place of what does not fit; afterwards every step
 * trusts them. Errors travel as values.
 */

import { readDay, readInstant } from '../fields/read-instant.ts';
import type { Taking } from './formula.ts';
import {
  FormulaError,
  formulaError,
  type ResultType,
  type Scalar,
  textOf,
  type Value,
  type ValueType,
} from './formula-value.ts';
import { areEqual } from './functions/conditions.ts';
import type { FormulaFunction, Param, Run } from './functions/formula-function.ts';
import { functionByName } from './functions/index.ts';
import { remainder } from './functions/numbers.ts';
import { bounded } from './functions/texts.ts';
import { type BinaryOperator, type FormulaNode, FormulaProblem } from './parse-formula.ts';
import { commonType, compareScalars, fits, isMoment, isScalar, paramName, typeName, widened } from './value-type.ts';

/** A part of a formula, checked. */
export interface Typed {
  readonly type: ValueType;
  readonly run: Run;
}

/** What names in braces stand for. */
export interface FieldScope {
  /** @throws FormulaProblem */
  field(name: string, at: number): Typed;
  /** A sum, a count… of all linked records where the name leads through a relation and the store can take it; else null. */
  taken(name: string, at: number, take: Exclude<Taking, 'list'>): Typed | null;
}

/** @throws FormulaProblem */
export function compileNode(node: FormulaNode, scope: FieldScope): Typed {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      const type = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';
      return { type, run: () => value };
    }
    case 'field':
      return scope.field(node.name, node.at);
    case 'unary':
      return unary(node.operator, compileNode(node.of, scope), node.of);
    case 'binary':
      return binary(node.operator, compileNode(node.left, scope), compileNode(node.right, scope), node);
    case 'call':
      return call(node, scope);
  }
}

function unary(operator: '-' | '+' | 'NOT', of: Typed, node: FormulaNode): Typed {
  expect(of, operator === 'NOT' ? 'condition' : 'number', node, operator);
  const { run } = of;
  if (operator === 'NOT') return { type: 'boolean', run: strict([run], ([value]) => value !== true) };
  if (operator === '+') return { type: 'number', run };
  return { type: 'number', run: strict([run], ([value]) => (typeof value === 'number' ? -value : null)) };
}

const arithmetic: Partial<Record<BinaryOperator, (a: number, b: number) => Value>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? formulaError('#DIV/0!') : a / b),
  '%': remainder,
};

const orders: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

type Binary = Extract<FormulaNode, { kind: 'binary' }>;

function binary(operator: BinaryOperator, left: Typed, right: Typed, node: Binary): Typed {
  if (operator === 'AND' || operator === 'OR') {
    expect(left, 'condition', node.left, operator);
    expect(right, 'condition', node.right, operator);
    const run = functionByName.get(operator)?.choose?.([left.run, right.run]);
    if (run !== undefined) return { type: 'boolean', run };
  }
  if (operator === '&') {
    expect(left, 'text', node.left, '&');
    expect(right, 'text', node.right, '&');
    const runs = [left, right].map((one) => argumentRun(one, [], 'text'));
    return { type: 'text', run: strict(runs, ([a, b]) => bounded(String(a) + String(b))) };
  }
  const reckon = arithmetic[operator];
  if (reckon !== undefined) {
    expect(left, 'number', node.left, operator);
    expect(right, 'number', node.right, operator);
    return { type: 'number', run: reckoning(left.run, right.run, reckon) };
  }
  return comparison(operator, left, right, node);
}

/** As `strict`, for the commonest of all: without a list per record. */
function reckoning(left: Run, right: Run, reckon: (a: number, b: number) => Value): Run {
  return (row, env) => {
    const a = left(row, env);
    if (a instanceof FormulaError) return a;
    const b = right(row, env);
    if (b instanceof FormulaError) return b;
    // Beside a number, an empty value counts as 0; nothing and nothing stays nothing.
    if (a === null && b === null) return null;
    const result = reckon(Number(a), Number(b));
    return typeof result === 'number' && !Number.isFinite(result) ? formulaError('#NUM!') : result;
  };
}

function comparison(operator: BinaryOperator, left: Typed, right: Typed, node: Binary): Typed {
  const [one, other] = [withMoment(left, right, node.left), withMoment(right, left, node.right)];
  const common = commonType([one.type, other.type]);
  if (common === null) {
    const hint = isMoment(one.type) || isMoment(other.type) ? '; DATEVALUE() makes a date of a text' : '';
    throw new FormulaProblem(
      `${operator} compares values of one type, not ${typeName(one.type)} with ${typeName(other.type)}${hint}`,
      node.at,
    );
  }
  const runs = [widenedRun(one, common), widenedRun(other, common)];
  if (operator === '=') return { type: 'boolean', run: strict(runs, ([a = null, b = null]) => areEqual(a, b)) };
  if (operator === '!=') return { type: 'boolean', run: strict(runs, ([a = null, b = null]) => !areEqual(a, b)) };
  if (common === 'boolean') throw new FormulaProblem('conditions have no order; compare them with =', node.at);
  const holds = orders[operator];
  return {
    type: 'boolean',
    // As in filters, a comparison with an empty value does not hold.
    run: strict(runs, ([a, b]) => isFilled(a) && isFilled(b) && holds?.(compareScalars(a, b)) === true),
  };
}

function isFilled(value: Value | undefined): value is string | number | boolean {
  return value !== undefined && value !== null && value !== '' && typeof value !== 'object';
}

/** A text that is written out and compared with a date is meant as one. */
function withMoment(typed: Typed, other: Typed, node: FormulaNode): Typed {
  if (!isMoment(other.type) || node.kind !== 'literal' || typeof node.value !== 'string') return typed;
  const isDay = /^\s*\d{4}-\d\d-\d\d\s*$/.test(node.value);
  const moment = isDay ? readDay(node.value.trim(), 'iso') : readInstant(node.value.trim(), 'iso');
  if (moment === null) throw new FormulaProblem(`"${node.value}" is not a date such as 2026-03-05`, node.at);
  return { type: isDay ? 'date' : 'datetime', run: () => moment };
}

function widenedRun({ type, run }: Typed, to: ValueType): Run {
  if (type === 'date' && to === 'datetime') return (row, env) => widened(run(row, env), 'date', 'datetime');
  return run;
}

const takings: Readonly<Record<string, Exclude<Taking, 'list'>>> = {
  COUNT: 'count',
  SUM: 'sum',
  AVERAGE: 'average',
  MIN: 'least',
  MAX: 'greatest',
};

function call(node: Extract<FormulaNode, { kind: 'call' }>, scope: FieldScope): Typed {
  const made = functionByName.get(node.name);
  if (made === undefined) throw new FormulaProblem(`there is no function ${node.name}`, node.at);
  const { args } = node;
  checkCount(made, args.length, node.at);
  const take = takings[node.name];
  const [first] = args;
  if (take !== undefined && args.length === 1 && first?.kind === 'field') {
    const taken = scope.taken(first.name, first.at, take);
    if (taken !== null) return taken;
  }
  const typed = args.map((arg) => compileNode(arg, scope));
  for (const [index, one] of typed.entries()) expect(one, paramAt(made, index), args[index] ?? node, node.name, index);
  const types = typed.map((one) => one.type);
  const result = typeof made.result === 'function' ? made.result(types) : made.result;
  if (typeof result === 'string' && !isType(result)) throw new FormulaProblem(result, node.at);
  const type = result as ValueType;
  const runs = typed.map((one, index) => argumentRun(one, types, paramAt(made, index)));
  if (made.choose !== undefined) return { type, run: made.choose(runs) };
  const { run, takesBlank } = made;
  if (run === undefined) throw new FormulaProblem(`there is no function ${node.name}`, node.at);
  const mustBeFilled = typed.flatMap((_, index) => {
    const param = paramAt(made, index);
    return takesBlank !== true && (param === 'number' || param === 'date' || param === 'moment') ? [index] : [];
  });
  return {
    type,
    run: strict(runs, (values, env) =>
      mustBeFilled.some((index) => values[index] === null) ? null : run(values, env),
    ),
  };
}

const typeNames = new Set(['number', 'text', 'boolean', 'date', 'datetime', 'blank', 'links']);
function isType(result: string): result is ResultType | 'blank' | 'links' {
  return typeNames.has(result);
}

function paramAt(made: FormulaFunction, index: number): Param {
  return made.params[index] ?? made.rest ?? 'any';
}

function checkCount({ name, params, optional = 0, rest, syntax }: FormulaFunction, count: number, at: number): void {
  const least = params.length - optional;
  const most = rest === undefined ? params.length : 200;
  if (count >= least && count <= most) return;
  throw new FormulaProblem(`${name} does not take ${count} values; it is written ${syntax}`, at);
}

/** The argument in the form that the function gets: a text for `text`, instants where dates and instants meet. */
function argumentRun({ type, run }: Typed, types: readonly ValueType[], param: Param): Run {
  if (param === 'text') {
    return (row, env) => {
      const value = run(row, env);
      if (value instanceof FormulaError) return value;
      const text = typeof value === 'string' ? value : textOf(value as Scalar);
      env.left -= text.length;
      return env.left < 0 ? formulaError('#SIZE!') : text;
    };
  }
  if (!types.some((one) => baseOf(one) === 'datetime') || baseOf(type) !== 'date') return run;
  return (row, env) => {
    const value = run(row, env);
    if (Array.isArray(value))
      return (value as readonly Scalar[]).map((one) => widened(one, 'date', 'datetime') as Scalar);
    return widened(value, 'date', 'datetime');
  };
}

function baseOf(type: ValueType): ValueType {
  return typeof type === 'object' ? type.listOf : type;
}

function expect({ type }: Typed, param: Param, node: FormulaNode, where: string, index?: number): void {
  if (fits(type, param)) return;
  const subject = index === undefined ? `${where} needs` : `${where} needs as value ${index + 1}`;
  throw new FormulaProblem(
    `${subject} ${paramName(param)}, not ${described(type, node)}${hintFor(type, param, node, where)}`,
    node.at,
  );
}

function described(type: ValueType, node: FormulaNode): string {
  return node.kind === 'field' ? `{${node.name}}, which is ${typeName(type)}` : typeName(type);
}

function hintFor(type: ValueType, param: Param, node: FormulaNode, where: string): string {
  if (type === 'links' && node.kind === 'field') return `; name a field of it: {${node.name}.Field}`;
  if (typeof type === 'object') return '; take one value of it with COUNT, SUM, AVERAGE, MIN, MAX or JOIN';
  if (type === 'text' && where === '+') return '; & joins texts, and VALUE() reads the number in one';
  if (type === 'text' && param === 'number') return '; VALUE() reads the number in a text';
  if (type === 'text' && param === 'moment') return '; DATEVALUE() reads the date in a text';
  if (isScalar(type) && param === 'condition') return '; compare it with something';
  return '';
}

/** Works out the arguments from left to right; the first error among them is the result. */
function strict(runs: readonly Run[], work: (values: Value[], env: Parameters<Run>[1]) => Value): Run {
  return (row, env) => {
    const values: Value[] = [];
    for (const run of runs) {
      const value = run(row, env);
      if (value instanceof FormulaError) return value;
      values.push(value);
    }
    return work(values, env);
  };
}
