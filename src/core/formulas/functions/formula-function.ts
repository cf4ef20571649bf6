/** What a function of formulas promises: its parameters, its result, how it is worked out, and the text and examples of its documentation. */
import type { ResultType, Value, ValueType } from '../formula-value.ts';

/** What is around while the formula of one record is worked out. */
export interface FormulaEnv {
  readonly now: () => number;
  /** Characters that it may still look at. */
  left: number;
}

/** Works out a part of a formula from the inputs of one record. Never throws for any value. */
export type Run = (row: readonly Value[], env: FormulaEnv) => Value;

/**
 * `text`: any single value, as its text. `condition`: true or false. `moment`: a date or a date with time. `numbers`: a number or a
 * list of them. `list`: a list. `linked`: a list or a relation. `any`: any single value. `everything`: what there is.
 */
export type Param =
  | 'number'
  | 'text'
  | 'condition'
  | 'date'
  | 'moment'
  | 'numbers'
  | 'ordered'
  | 'list'
  | 'linked'
  | 'any'
  | 'everything';

export interface FormulaFunction {
  readonly name: string;
  readonly group: 'Conditions' | 'Numbers' | 'Texts' | 'Dates' | 'Lists and related records';
  /** As documented: `LEFT(text, count)`. */
  readonly syntax: string;
  readonly about: string;
  /** Formulas without fields, and what they show. */
  readonly examples: readonly (readonly [formula: string, shown: number | string | boolean | null])[];
  readonly params: readonly Param[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  /** Further arguments, any number of them. */
  readonly rest?: Param;
  /** A function of the types of the arguments answers a type, or the sentence that refuses them. */
  readonly result: ResultType | 'blank' | ((types: readonly ValueType[]) => ValueType | string);
  /**
   * Gets what the arguments are, none of which is an error. Unless `takesBlank`, an empty number or date among them has already made
   * the result empty.
   */
  readonly run?: (args: readonly Value[], env: FormulaEnv) => Value;
  readonly takesBlank?: boolean;
  /** Instead of `run`: works out only the arguments that it needs, and sees errors. */
  readonly choose?: (args: readonly Run[]) => Run;
}
