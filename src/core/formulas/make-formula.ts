/** Makes a formula ready for a table: every name found, every type checked, every input named. */
import type { Field } from '../fields/field-type.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { compileNode, type FieldScope, type Typed } from './compile-formula.ts';
import { findPath, type RelatedTables } from './field-paths.ts';
import { type Formula, type FormulaInput, isFormula, type Taking } from './formula.ts';
import {
  charactersMax,
  formulaError,
  type ResultType,
  storedError,
  storedResult,
  type Value,
  type ValueType,
} from './formula-value.ts';
import type { FormulaEnv, Run } from './functions/formula-function.ts';
import { type FormulaNode, FormulaProblem, parseFormula } from './parse-formula.ts';
import { listReader, readerOf, resultReader, valueTypeOf } from './read-field.ts';
import { typeName } from './value-type.ts';

/** One formula reads so many values of a record and uses so many other formulas at most. */
const inputsMax = 60;
const stepsMax = 50;
/** Parts of a formula and of all that it uses: every one is worked out for every record. */
const partsMax = 2_000;

/** Where a formula stands: `expressionOf` gives the text of the formulas beside it, by ids or by names. */
export interface FormulaPlace {
  readonly table: TableSchema;
  readonly related: RelatedTables;
  expressionOf(field: Field): string;
}

/** One value after the inputs: another formula of the same record, worked out once. */
interface Step {
  readonly typed: Typed;
  readonly run: Run;
  readonly at: number;
}

/** @throws FormulaProblem */
export function makeFormula(place: FormulaPlace, field: Field): Formula {
  const inputs: FormulaInput[] = [];
  const inputAt = new Map<string, number>();
  const steps = new Map<string, Step>();
  const underWay = new Set<string>();
  const tables = new Set<string>();
  let partsLeft = partsMax;
  const parsed = (expression: string, at: number): FormulaNode => {
    const { node, parts } = parseFormula(expression);
    partsLeft -= parts;
    if (partsLeft < 0) throw new FormulaProblem(`has more than ${partsMax} parts with the formulas that it uses`, at);
    return node;
  };

  function own(one: Field, at: number): { type: ResultType; run: Run } {
    if (underWay.has(one.id)) throw new FormulaProblem(`{${one.name}} uses this formula itself`, at, '#ERROR!');
    if (underWay.size > stepsMax) throw new FormulaProblem(`uses more than ${stepsMax} other formulas`, at);
    underWay.add(one.id);
    const typed = compileNode(parsed(place.expressionOf(one), at), scope);
    underWay.delete(one.id);
    return { type: resultOf(typed.type), run: typed.run };
  }

  /** The place of an input among the values of a row. Inputs have the even places, steps the odd ones: both grow. */
  function input(wanted: FormulaInput, at: number): Run {
    let index = inputAt.get(wanted.key);
    if (index === undefined) {
      index = inputs.push(wanted) - 1;
      if (inputs.length > inputsMax) throw new FormulaProblem(`uses more than ${inputsMax} fields`, at);
      inputAt.set(wanted.key, index);
    }
    const slot = index * 2;
    return (row) => row[slot] ?? null;
  }

  function step(one: Field, at: number): Typed {
    let made = steps.get(one.id);
    if (made === undefined) {
      const { type, run } = own(one, at);
      const read = resultReader(type);
      const precision = precisionOf(one);
      if (steps.size >= stepsMax) throw new FormulaProblem(`uses more than ${stepsMax} other formulas`, at);
      const slot = steps.size * 2 + 1;
      made = {
        at: slot,
        run: (row, env) => read(storedResult(run(row, env), precision)),
        typed: { type, run: (row) => row[slot] ?? null },
      };
      steps.set(one.id, made);
    }
    return made.typed;
  }

  function itemOf(one: Field, target: TableSchema, at: number): { item: Field | Formula; type: ValueType } {
    if (one.type !== 'formula') return { item: one, type: usableType(one, at) };
    const formula = target.formulas.find((known) => known.field.id === one.id)?.formula;
    // What a table's formulas take of further relations is not known here: such a formula is a broken one.
    if (formula === undefined || formula.broken !== null || formula.inputs.some(({ through }) => through !== null)) {
      const why = `{${one.name}} of ${target.name} uses related records itself, or cannot be worked out`;
      throw new FormulaProblem(`${why}; a formula reaches one relation far`, at, formula?.broken ?? '#TYPE!');
    }
    return { item: formula, type: formula.result };
  }

  const scope: FieldScope = {
    field(name, at) {
      const { field: one, through } = findPath(place.table, place.related, name, at);
      if (through === null) {
        if (one.type === 'formula') return step(one, at);
        const type = usableType(one, at);
        if (type === 'links') {
          const count = linkCount(one, at);
          return { type, run: (row, env) => count(row, env) || null };
        }
        return { type, run: input({ key: one.id, item: one, through: null, read: readerOf(one) }, at) };
      }
      const { relation, target } = through;
      const { item, type } = itemOf(one, target, at);
      tables.add(target.id);
      const read = one.type === 'formula' ? resultReader(type as ResultType) : readerOf(one);
      const key = `${relation.id}.${one.id}`;
      if (relation.options.cardinality === 'one') {
        if (type === 'links') throw tooFar(name, at);
        return { type, run: input({ key, item, through: { relation, target, take: null }, read }, at) };
      }
      if (typeof type === 'object' || type === 'links' || type === 'blank') throw tooFar(name, at);
      return {
        type: { listOf: type },
        run: input({ key, item, through: { relation, target, take: 'list' }, read: listReader(read) }, at),
      };
    },
    taken(name, at, take) {
      const { field: one, through } = findPath(place.table, place.related, name, at);
      if (through === null) {
        return one.type === 'relation' && take === 'count' ? { type: 'number', run: linkCount(one, at) } : null;
      }
      const { relation, target } = through;
      if (relation.options.cardinality === 'one' || take === 'count') return null;
      const { item, type } = itemOf(one, target, at);
      const isOrdered =
        type === 'number' || ((take === 'least' || take === 'greatest') && (type === 'date' || type === 'datetime'));
      if (!isOrdered) return null;
      tables.add(target.id);
      const key = `${take} ${relation.id}.${one.id}`;
      return { type, run: input({ key, item, through: { relation, target, take }, read: resultReader(type) }, at) };
    },
  };

  function linkCount(relation: Field, at: number): Run {
    const target = place.related.get(String(relation.options.target));
    if (target === undefined) throw new FormulaProblem(`there is no table behind {${relation.name}}`, at, '#FIELD!');
    const through = { relation, target, take: 'count' as Taking };
    const read = (stored: unknown): Value => (typeof stored === 'number' ? stored : 0);
    return input({ key: `count ${relation.id}`, item: null, through, read }, at);
  }

  const { type: result, run } = own(field, 0);
  const ordered = [...steps.values()];
  const precision = precisionOf(field);
  return assemble(inputs);

  function assemble(inputs: readonly FormulaInput[]): Formula {
    return {
      fieldId: field.id,
      result,
      inputs,
      formulas: [...steps.keys()],
      broken: null,
      tables,
      withFields: (changed) => assemble(inputs.map((one) => rebound(one, changed))),
      evaluate(stored, env: FormulaEnv) {
        env.left = charactersMax;
        try {
          const row: Value[] = [];
          for (let index = 0; index < inputs.length; index += 1)
            row[index * 2] = inputs[index]?.read(stored[index] ?? null) ?? null;
          for (const { at, run: work } of ordered) row[at] = work(row, env);
          return storedResult(run(row, env), precision);
        } catch {
          return storedError(formulaError('#ERROR!'));
        }
      },
    };
  }
}

/** The input with its field as it is now, where it is one of these. */
function rebound(input: FormulaInput, changed: ReadonlyMap<string, Field>): FormulaInput {
  const { item, through } = input;
  const field = item === null || isFormula(item) || through !== null ? undefined : changed.get(item.id);
  return field === undefined ? input : { ...input, item: field, read: readerOf(field) };
}

/** A formula that was right once: it shows what is wrong with it. */
export function brokenFormula(field: Field, problem: FormulaProblem): Formula {
  const shown = storedError(formulaError(problem.shows));
  const broken: Formula = {
    fieldId: field.id,
    result: lastResult(field),
    inputs: [],
    formulas: [],
    broken: problem.shows,
    tables: new Set(),
    withFields: () => broken,
    evaluate: () => shown,
  };
  return broken;
}

/** The result type that was last known. */
function lastResult(field: Field): ResultType {
  const { result } = field.options;
  return result === 'number' || result === 'boolean' || result === 'date' || result === 'datetime' ? result : 'text';
}

function precisionOf(field: Field): number | null {
  const { precision } = field.options;
  return typeof precision === 'number' ? precision : null;
}

function usableType(field: Field, at: number): ValueType {
  const type = valueTypeOf(field);
  if (type === null)
    throw new FormulaProblem(`{${field.name}} is of type ${field.type} and cannot be used in a formula`, at);
  return type;
}

function resultOf(type: ValueType): ResultType {
  if (type === 'blank') return 'text';
  if (type === 'links')
    throw new FormulaProblem('a relation is no result; count it with COUNT or name a field of it', 0);
  if (typeof type === 'object')
    throw new FormulaProblem(`${typeName(type)} is no result; JOIN, COUNT, SUM, MIN and MAX make one value of it`, 0);
  return type;
}

function tooFar(name: string, at: number): FormulaProblem {
  return new FormulaProblem(`{${name}} holds several values per record and cannot be reached through a relation`, at);
}
