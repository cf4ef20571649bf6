/**
 * The functions that the embedded engine calls to work out formulas, and the numbers by which statements name them. A formula lives as
 * long as the table schema that it was made for; a statement is run only with that schema at hand, so it is never called after its end.
 */
import type Database from 'better-sqlite3';
import type { Clock } from '../core/clock.ts';
import type { Stored } from '../core/fields/field-type.ts';
import type { Formula } from '../core/formulas/formula.ts';
import { errorIn, formulaError, storedError } from '../core/formulas/formula-value.ts';

const numbers = new WeakMap<Formula, number>();
const formulas = new Map<number, WeakRef<Formula>>();
const ended = new FinalizationRegistry<number>((number) => formulas.delete(number));
let last = 0;

/** The number of a formula in SQL. */
export function formulaNumber(formula: Formula): number {
  let number = numbers.get(formula);
  if (number === undefined) {
    last += 1;
    number = last;
    numbers.set(formula, number);
    formulas.set(number, new WeakRef(formula));
    ended.register(formula, number);
  }
  return number;
}

const gone = storedError(formulaError('#ERROR!'));

/** `formula_shown(number, inputs…)`: the value or the marked error. `formula_value(…)`: the value, null for an error. */
export function registerFormulaFunctions(db: Database.Database, clock: Clock): void {
  const env = { now: () => clock.now(), left: 0 };
  const shown = (number: unknown, ...inputs: unknown[]): Stored =>
    formulas
      .get(number as number)
      ?.deref()
      ?.evaluate(inputs as Stored[], env) ?? (formulas.has(number as number) ? null : gone);
  const value = (number: unknown, ...inputs: unknown[]): Stored => {
    const result = shown(number, ...inputs);
    return errorIn(result) === null ? result : null;
  };
  db.function('formula_shown', { varargs: true, directOnly: true }, shown);
  db.function('formula_value', { varargs: true, directOnly: true }, value);
}
