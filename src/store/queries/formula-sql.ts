/**
 * Formulas in SQL: what they read of a record as sub-queries, and around them the call that works out the value. Related records are read
 * per record and never joined, so that no record is shown twice.
 */
import type { Field } from '../../core/fields/field-type.ts';
import { columnStorageOf } from '../../core/fields/index.ts';
import {
  type Formula,
  type FormulaInput,
  type FormulaTarget,
  isFormula,
  type Taking,
} from '../../core/formulas/formula.ts';
import { itemLengthMax, listMax } from '../../core/formulas/formula-value.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { formulaNumber } from '../formula-functions.ts';
import { quoted } from '../statement.ts';
import { linkTableOf } from './links.ts';

/** `shown`: an error comes as its marked text. `value`: as null, which is how filters and sorts see it. */
export type FormulaForm = 'shown' | 'value';

/** The formula of a table in this slot; undefined where a column is. */
export function formulaAt(table: TableSchema, slot: number): Formula | undefined {
  return slot < table.columns.length ? undefined : table.formulas[slot - table.columns.length]?.formula;
}

/** SQL text. `from` is the quoted name under which the statement knows the table. */
export function formulaText(
  table: FormulaTarget,
  formula: Formula,
  form: FormulaForm,
  from = quoted(table.physicalName),
): string {
  const inputs = formula.inputs.map((input) => inputText(table, input, from));
  return `formula_${form}(${[formulaNumber(formula), ...inputs].join(', ')})`;
}

function inputText(table: FormulaTarget, { item, through }: FormulaInput, from: string): string {
  if (through === null) return itemText(table, item, from);
  const { relation, target, take } = through;
  const link = linkTableOf(relation);
  const linked = `${link.name} as l where l.${link.own} = ${from}.${quoted('id')}`;
  if (take === 'count' && item === null) return `(select count(*) from ${linked})`;
  const rows = `${link.name} as l join ${quoted(target.physicalName)} as r on r.${quoted('id')} = l.${link.other} where l.${link.own} = ${from}.${quoted('id')}`;
  if (item === null) throw new Error('an input of a formula reads nothing');
  const text = itemText(target, item, 'r');
  if (take === null) return `(select ${text} from ${rows} order by l.${link.other} limit 1)`;
  if (take === 'list') {
    // A piece of a long text is enough to see that it is too long.
    const piece =
      !isFormula(item) && columnStorageOf(item.type) === 'text' ? `substr(${text}, 1, ${itemLengthMax + 1})` : text;
    const some = `select ${piece} as x from ${rows} order by l.${link.other} limit ${listMax + 1}`;
    return `(select json_group_array(x) from (${some}))`;
  }
  if (!isFormula(item)) return `(select ${totals[take]} from (select ${text} as x from ${rows}))`;
  // With a limit, even none, the values are worked out once and not wherever the total names them.
  return `(select coalesce(${failure}, ${totals[take]}) from (select ${text} as x from ${rows} limit -1))`;
}

const totals: Readonly<Record<Exclude<Taking, 'list'>, string>> = {
  count: 'count(x)',
  // A sum of whole numbers would fail where it leaves their range.
  sum: 'total(x)',
  average: 'avg(x)',
  least: 'min(x)',
  greatest: 'max(x)',
};

/** An error among the values is the error of the total. Numbers and dates come before every letter, marked errors after. */
const failure = "max(case when typeof(x) = 'text' and x > '~' then x end)";

function itemText(table: FormulaTarget, item: Field | Formula | null, from: string): string {
  if (item === null) throw new Error('an input of a formula reads nothing');
  if (isFormula(item)) return formulaText(table, item, 'shown', from);
  const column = table.columns[item.slot];
  if (column === undefined) throw new Error(`field ${item.id} has no column in table ${table.id}`);
  return `${from}.${quoted(column)}`;
}
