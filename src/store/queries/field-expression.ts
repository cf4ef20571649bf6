/** How one field looks in SQL: its column, what it compares by, and the order of its values. */
import { AppError, type ErrorCode } from '../../core/errors.ts';
import type { Comparison, Field, Stored } from '../../core/fields/field-type.ts';
import { comparisonOfField } from '../../core/fields/index.ts';
import { systemColumns, type TableSchema } from '../../core/tables/table-schema.ts';
import { quoted } from '../statement.ts';
import { formulaAt, formulaText } from './formula-sql.ts';

export function comparisonOf(field: Field): Comparison {
  // System columns have one comparison each, whatever field shows them.
  if (field.slot === 0) return 'number';
  if (field.slot > 0 && field.slot < systemColumns.length) return 'text';
  return comparisonOfField(field);
}

/** What a field is compared by: its quoted column, or what works out its formula. */
export function columnText(table: TableSchema, field: Field): string {
  const formula = formulaAt(table, field.slot);
  if (formula !== undefined) return formulaText(table, formula, 'value');
  const column = table.columns[field.slot];
  if (column === undefined) throw new Error(`field ${field.id} has no column in table ${table.id}`);
  return quoted(column);
}

/** What equality and order are decided by. `text_nocase` folds ASCII, on both sides, on every engine. */
export function comparedText(column: string, comparison: Comparison): string {
  return comparison === 'text_nocase' ? `lower(${column})` : column;
}

/** A value in the form in which `comparedText` compares. */
export function comparedValue<V extends Stored>(comparison: Comparison, value: V): V | string {
  return comparison === 'text_nocase' && typeof value === 'string' ? asciiLower(value) : value;
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** The ids of a select field's choices in their order. */
export function choiceIds(field: Field): string[] {
  const choices = field.options.choices;
  if (!Array.isArray(choices)) return [];
  return choices.flatMap((choice) =>
    choice !== null && typeof choice === 'object' && !Array.isArray(choice) && typeof choice.id === 'string'
      ? [choice.id]
      : [],
  );
}

export function refused(code: ErrorCode, field: Field, message: string): AppError {
  return new AppError(code, `${field.name}: ${message}`, {
    issues: [{ field: field.name, code, message, fieldId: field.id }],
  });
}
