/** A formula made ready: its type, what it reads of each record, and how its value is worked out from that. */
import type { Field, Stored } from '../fields/field-type.ts';
import type { FormulaErrorCode, ResultType, Value } from './formula-value.ts';
import type { FormulaEnv } from './functions/formula-function.ts';

/** What is taken of all linked records. `list` brings every value, in the order of the records, `listMax` and one more at most. */
export type Taking = 'count' | 'sum' | 'average' | 'least' | 'greatest' | 'list';

/** A table as a formula reaches it. */
export interface FormulaTarget {
  readonly id: string;
  readonly columns: readonly string[];
  readonly physicalName: string;
}

/** What a formula reads of a record: one stored value each. */
export interface FormulaInput {
  /** Tells inputs apart, so that none is read twice. */
  readonly key: string;
  /** What is read: a field of the record or of a linked one, or a formula of the linked one; null where links are only counted. */
  readonly item: Field | Formula | null;
  /** Null: the record itself. */
  readonly through: {
    readonly relation: Field;
    readonly target: FormulaTarget;
    /** Null: the first linked record alone. */
    readonly take: Taking | null;
  } | null;
  read(stored: Stored): Value;
}

export interface Formula {
  readonly fieldId: string;
  readonly result: ResultType;
  readonly inputs: readonly FormulaInput[];
  /** Ids of the formulas of its own table that it uses. */
  readonly formulas: readonly string[];
  /** Set where it cannot be worked out at all: what it shows then. */
  readonly broken: FormulaErrorCode | null;
  /** Ids of other tables whose fields it reads. */
  readonly tables: ReadonlySet<string>;
  /** The same formula where fields of its own table have gained choices. */
  withFields(changed: ReadonlyMap<string, Field>): Formula;
  /** The result as a row holds it, an error marked as such. Never throws. */
  evaluate(inputs: readonly Stored[], env: FormulaEnv): Stored;
}

export function isFormula(item: Field | Formula): item is Formula {
  return 'evaluate' in item;
}
