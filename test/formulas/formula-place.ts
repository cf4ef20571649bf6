/** Formulas over one record given as values, without a database: for tables of cases. */
import { toTableSchema } from '../../src/core/catalog.ts';
import type { FieldTypeName, Json, Stored } from '../../src/core/fields/field-type.ts';
import { fieldTypes } from '../../src/core/fields/index.ts';
import { storedToJson, validateOptions } from '../../src/core/fields/parse-value.ts';
import { type Formula, isFormula } from '../../src/core/formulas/formula.ts';
import { makeFormula } from '../../src/core/formulas/make-formula.ts';
import { expressionOf } from '../../src/core/formulas/resolve-formulas.ts';
import type { FieldRow, TableRow } from '../../src/core/system-rows.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';

interface SampleField {
  readonly name: string;
  readonly type: FieldTypeName;
  readonly options?: Readonly<Record<string, Json>>;
}

const sampleFields: readonly SampleField[] = [
  { name: 'Name', type: 'text' },
  { name: 'Price', type: 'number' },
  { name: 'Quantity', type: 'number' },
  { name: 'Done', type: 'checkbox' },
  { name: 'Day', type: 'date' },
  { name: 'At', type: 'datetime' },
  { name: 'Status', type: 'single_select', options: { choices: [{ name: 'Open' }, { name: 'Paid' }] } },
  { name: 'Tags', type: 'multi_select', options: { choices: [{ name: 'new' }, { name: 'hot' }] } },
  { name: 'Place', type: 'location' },
  { name: 'Unit.price', type: 'number' },
];

const row: TableRow = {
  id: 'sampletable00000',
  number: 1,
  app_id: 'sampleapp0000000',
  name: 'Samples',
  description: null,
  role: null,
  position: 0,
  version: 1,
  foreign: {},
  created_by: null,
  created_at: 0,
  updated_at: 0,
};

function fieldRow({ name, type, options = {} }: SampleField, position: number): FieldRow {
  const id = `field${String(position).padStart(11, '0')}`;
  return {
    id,
    table_id: row.id,
    name,
    type,
    options: validateOptions(type, options),
    is_required: 0,
    is_unique: 0,
    is_indexed: 0,
    position,
    default_value: null,
    foreign: {},
    column_name: `f_${id}`,
    created_at: 0,
    updated_at: 0,
  };
}

/** The sample fields, then one formula per expression, `F1`, `F2`, …. */
function sampleTable(expressions: readonly string[], fields: readonly SampleField[] = sampleFields): TableSchema {
  const formulas = expressions.map((expression, index): SampleField => {
    return { name: `F${index + 1}`, type: 'formula', options: { expression } };
  });
  return toTableSchema(row, 'sampleworkspace0', [...fields, ...formulas].map(fieldRow));
}

/** The formula of an expression over the sample fields. @throws FormulaProblem */
export function formulaOf(expression: string, precision?: number): [TableSchema, Formula] {
  const table = sampleTable(['1']);
  const field = table.fieldByName.get('F1');
  if (field === undefined) throw new Error('no field');
  const own = { ...field, options: { expression, ...(precision === undefined ? {} : { precision }) } };
  const formula = makeFormula(
    { table, related: new Map(), expressionOf: (one) => (one.id === own.id ? expression : expressionOf(one)) },
    own,
  );
  return [table, formula];
}

const noon = Date.UTC(2026, 2, 5, 12);

/** What the expression shows for a record of these values. @throws FormulaProblem */
export function shownFor(expression: string, values: Readonly<Record<string, Json>> = {}, precision?: number): Json {
  const [table, formula] = formulaOf(expression, precision);
  const inputs = formula.inputs.map(({ item }): Stored => {
    if (item === null || isFormula(item)) throw new Error('only fields of the record');
    if (item.slot < 5 && item.slot >= 0) return item.slot === 0 ? 7 : '2026-03-05T12:00:00.000Z';
    const value = values[item.name] ?? null;
    return value === null ? null : fieldTypes[item.type].toStored(value, item);
  });
  const stored = formula.evaluate(inputs, { now: () => noon, left: 0 });
  const field = table.fieldByName.get('F1');
  if (field === undefined) throw new Error('no field');
  return storedToJson({ ...field, options: { result: formula.result } }, stored);
}
