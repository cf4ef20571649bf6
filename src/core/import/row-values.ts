/** Rows of a source as the values that are sent for them. */
import { cellValue } from '../fields/cell-text.ts';
import type { FieldTypeName } from '../fields/field-type.ts';
import { withDecimalPoint } from './decimal-comma.ts';
import type { RowValues } from './import-target.ts';
import { isNothing, type SourceRow } from './source-table.ts';

export interface ColumnShape {
  readonly index: number;
  readonly name: string;
  readonly type: FieldTypeName;
  /** Its texts are numbers whose decimal sign is the comma. */
  readonly hasCommas: boolean;
}

/** Plain data: another thread can read by it. */
export interface RowShape {
  /** Place in the row, field, and its type; in the order of the plan. */
  readonly columns: readonly ColumnShape[];
  readonly isText: boolean;
  /** Field by which records are matched. */
  readonly key: string | null;
}

/** In the order of the columns. */
function valuesOf({ columns, isText, key }: RowShape, { cells }: SourceRow): RowValues {
  return columns.map(({ index, type, hasCommas }) => {
    const cell = cells[index];
    if (cell === undefined || !isText) return cell;
    if (!isNothing(cell)) return hasCommas ? withDecimalPoint(String(cell)) : cellValue(type, String(cell));
    // A blank cell is no value: a new record gets the default, an existing one is emptied.
    return key === null ? undefined : null;
  });
}

/** Values that can be tried; otherwise why the row cannot. */
export function readyValues(
  shape: RowShape,
  row: SourceRow,
): RowValues | { readonly field: string; readonly reason: string } {
  if (row.problem !== undefined) return { field: '', reason: row.problem };
  const values = valuesOf(shape, row);
  const { key } = shape;
  if (key === null) return values;
  const isKeyless = isNothing(values[shape.columns.findIndex(({ name }) => name === key)]);
  return isKeyless ? { field: key, reason: 'is the key and must have a value' } : values;
}
