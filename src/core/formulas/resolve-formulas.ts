/** The formulas of a table that has been loaded: made ready, and their fields with today's names and result types. */
import type { Field, Json } from '../fields/field-type.ts';
import type { FieldRow } from '../system-rows.ts';
import type { FormulaField, TableSchema } from '../tables/table-schema.ts';
import { firstIds, type RelatedTables, shownExpression } from './field-paths.ts';
import type { Formula } from './formula.ts';
import { brokenFormula, makeFormula } from './make-formula.ts';
import { FormulaProblem } from './parse-formula.ts';

export function expressionOf(field: Field): string {
  const { expression } = field.options;
  return typeof expression === 'string' ? expression : '';
}

/** Formula fields of `table`, whose expressions are kept by ids. A formula that no longer holds shows an error; nothing throws. */
export function resolveFormulas(table: TableSchema, related: RelatedTables): FormulaField[] {
  const place = { table, related, expressionOf };
  return table.fields
    .filter((field) => field.type === 'formula')
    .map((field) => {
      let formula: Formula;
      let problem: FormulaProblem | null = null;
      try {
        formula = makeFormula(place, field);
      } catch (error) {
        if (!(error instanceof FormulaProblem)) throw error;
        problem = error;
        formula = brokenFormula(field, error);
      }
      const { precision } = field.options;
      const expression = shownExpression(table, related, expressionOf(field));
      const options: Record<string, Json> = {
        expression,
        result: formula.result,
        ...(precision === undefined ? {} : { precision }),
        ...(problem === null ? {} : { error: whyBroken(problem, expression) }),
      };
      return { field: { ...field, options }, formula };
    });
}

/** What was deleted has no name any more, and its id says nothing to people. */
function whyBroken({ message, shows }: FormulaProblem, expression: string): string {
  return shows === '#FIELD!' && expression.includes('{#FIELD!}')
    ? 'a field that the formula uses has been deleted'
    : message;
}

/** Ids of the tables that the formulas among these fields of one table reach through its relations. */
export function tablesReached(rows: readonly FieldRow[]): Set<string> {
  const named = new Set<string>();
  for (const { type, options } of rows) {
    if (type === 'formula') for (const id of firstIds(String(options.expression))) named.add(id);
  }
  const reached = new Set<string>();
  for (const { id, type, options } of rows)
    if (type === 'relation' && named.has(id)) reached.add(String(options.target));
  return reached;
}
