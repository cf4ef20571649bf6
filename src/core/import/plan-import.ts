/** Reads the whole file once and says what an import would do, before anything is written. */
import { AppError, type ErrorCode } from '../errors.ts';
import type { FieldInput } from '../fields/add-field.ts';
import { type FieldTypeName, fieldTypeNames } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { checkName } from '../names.ts';
import { type NumberMarks, readsNumbers } from './decimal-comma.ts';
import type { ColumnType } from './guess-type.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import type { ImportTarget, TargetField, TargetTable } from './import-target.ts';
import { openReader } from './open-reader.ts';
import { notesOf } from './plan-notes.ts';
import type { RowShape } from './row-values.ts';
import type { SourceReader } from './source-reader.ts';
import type { Survey, SurveyedColumn } from './survey-source.ts';

export interface ImportRequest {
  readonly source: ImportSource;
  /** A table of the app: by name, and then it is created when there is none; or one that exists, by id. */
  readonly table: string | { readonly id: string };
  /** Fields that columns go into, by column; without, those of the same names. */
  readonly columns?: ReadonlyMap<string, string>;
  /** A unique field: rows whose value is there already change that record. */
  readonly key?: string | undefined;
  /** Gives an existing table the columns that it lacks; otherwise they are refused. */
  readonly createFields?: boolean;
  /** Columns to leave out. */
  readonly skip?: readonly string[];
  /** Of a spreadsheet, the sheet to read; without: the first. */
  readonly sheet?: string | undefined;
  /** Types of new fields, by column, instead of those that the cells suggest. */
  readonly types?: ReadonlyMap<string, FieldTypeName>;
  /** Bytes from which on the source is read on a thread of its own. */
  readonly threadFrom?: number;
}

export interface ColumnPlan {
  /** Place in the row, from 0. */
  readonly index: number;
  /** As it is called in the file. */
  readonly column: string;
  /** Field that it goes into. */
  readonly name: string;
  readonly type: FieldTypeName;
  /** Set where the field is to be made. */
  readonly newField: FieldInput | null;
  /** Rows in which it is not blank. */
  readonly filled: number;
  /** First value that is not blank. */
  readonly sample: string;
  /** How its numbers are written. */
  readonly marks: NumberMarks | null;
  /** It is read as numbers whose decimal sign is the comma. */
  readonly hasCommas: boolean;
}

export interface ImportPlan {
  readonly source: ImportSource;
  readonly tableName: string;
  /** Null: it is to be made. */
  readonly table: TargetTable | null;
  readonly key: string | null;
  /** What the file is read as; whoever planned the import closes it. */
  readonly content: SourceReader;
  readonly columns: readonly ColumnPlan[];
  /** Rows of data, blank ones not counted. */
  readonly rows: number;
  /** What whoever imports should know of how the file is read; whole sentences. */
  readonly notes: readonly string[];
}

/** @throws body_invalid, name_invalid, name_taken, field_unknown, field_read_only, parameter_invalid */
export async function planImport(target: ImportTarget, request: ImportRequest): Promise<ImportPlan> {
  const { source } = request;
  const { table, tableName } = await tableOf(target, request.table);
  const content = await openReader(source, request.sheet, request.threadFrom);
  try {
    return planOf(request, content, await content.survey(), table, tableName);
  } catch (error) {
    content.close();
    throw error;
  }
}

function planOf(
  request: ImportRequest,
  content: SourceReader,
  survey: Survey,
  table: TargetTable | null,
  tableName: string,
): ImportPlan {
  const { source } = request;
  const chosen = chosenColumns(survey, request);
  checkFillable(chosen, table, request);
  const columns = chosen.map((column) => planColumn(column, table, request));
  checkDistinct(columns);
  const plan: ImportPlan = {
    source,
    tableName,
    table,
    key: request.key ?? null,
    content,
    columns,
    rows: survey.rows,
    notes: [...survey.warnings, ...notesOf(columns)],
  };
  checkKey(plan);
  return plan;
}

/** How the rows of a plan are read. */
export function shapeOf({ columns, content, key }: ImportPlan): RowShape {
  const shapes = columns.map(({ index, name, type, hasCommas }) => ({ index, name, type, hasCommas }));
  return { columns: shapes, isText: content.isText, key };
}

async function tableOf(target: ImportTarget, wanted: ImportRequest['table']) {
  if (typeof wanted !== 'string') {
    const table = await target.openTable(wanted.id);
    return { table, tableName: table.name };
  }
  const tableName = checkName(wanted, 'table');
  return { table: await target.findTable(tableName), tableName };
}

function chosenColumns({ columns }: Survey, request: ImportRequest): SurveyedColumn[] {
  const { skip = [], types, source } = request;
  for (const name of [...skip, ...(types?.keys() ?? []), ...(request.columns?.keys() ?? [])]) {
    if (!columns.some((column) => column.name === name)) {
      throw refused('parameter_invalid', name, `${source.name} has no such column`);
    }
  }
  const left = columns.filter((column) => !skip.includes(column.name));
  if (left.length === 0) throw sourceRefused(source, 'has no column left to import');
  return left;
}

/** @throws field_read_only, naming all columns that would have to be left out */
function checkFillable(columns: readonly SurveyedColumn[], table: TargetTable | null, request: ImportRequest): void {
  const isReadOnly = (name: string) => table?.fields.find((field) => field.name === name)?.isReadOnly === true;
  const left = columns.flatMap(({ name }) => (isReadOnly(request.columns?.get(name) ?? name) ? name : []));
  if (left.length === 0) return;
  const skips = left.map((name) => `--skip ${JSON.stringify(name)}`).join(' ');
  const what =
    left.length === 1
      ? 'fills itself and cannot be imported; skip it'
      : 'fill themselves and cannot be imported; skip them';
  const message = `${what} (on the command line: ${skips})`;
  const issues = left.map((field) => ({ field, code: 'field_read_only' as const, message }));
  throw new AppError('field_read_only', `${left.join(', ')}: ${message}`, { issues });
}

function planColumn(column: SurveyedColumn, table: TargetTable | null, request: ImportRequest): ColumnPlan {
  const { index, filled, sample, marks } = column;
  const name = request.columns?.get(column.name) ?? column.name;
  const field = table?.fields.find((one) => one.name === name);
  const plan = { index, column: column.name, filled, sample, marks };
  const hasCommas = (type: FieldTypeName) => marks?.kind === 'comma' && readsNumbers(type);
  if (field !== undefined) {
    if (!field.mayWrite) throw refused('scope_missing', name, 'is not among the fields that this key may write');
    return { ...plan, name, type: field.type, newField: null, hasCommas: hasCommas(field.type) };
  }
  if (table !== null && request.createFields !== true) {
    const known = table.fields.filter(isWritable).map((one) => one.name);
    throw refused('field_unknown', name, `is no field of ${table.name} (which has ${known.join(', ')})`);
  }
  const { type, options } = wantedType(column.name, request) ?? column.found;
  const isKey = request.key === name;
  const newField = { name: checkName(name, column.name), type, options, ...(isKey ? { unique: true } : {}) };
  return { ...plan, name: newField.name, type, newField, hasCommas: hasCommas(type) };
}

function isWritable({ isReadOnly, mayWrite }: TargetField): boolean {
  return !isReadOnly && mayWrite;
}

function wantedType(name: string, { types }: ImportRequest): ColumnType | undefined {
  const type = types?.get(name);
  if (type === undefined) return undefined;
  if (!fieldTypeNames.includes(type) || fieldTypes[type].isReadOnly || type === 'relation') {
    throw refused('parameter_invalid', name, `cannot be imported as "${type}"`);
  }
  return { type, options: {} };
}

/** @throws name_taken */
function checkDistinct(columns: readonly ColumnPlan[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw refused('name_taken', name, 'is the field of two columns');
    seen.add(name);
  }
}

function checkKey({ key, columns, table, tableName }: ImportPlan): void {
  if (key === null) return;
  const column = columns.find((one) => one.name === key);
  if (column === undefined) throw refused('parameter_invalid', key, 'is the key, but no column of the file');
  if (!fieldTypes[column.type].canBeUnique) {
    throw refused('parameter_invalid', key, `is of type ${column.type}, whose values cannot be unique`);
  }
  const field = table?.fields.find((one) => one.name === key);
  if (field !== undefined && !field.isUnique) {
    throw refused('parameter_invalid', key, `must be a unique field of ${tableName} to be matched on`);
  }
}

function refused(code: ErrorCode, field: string, message: string): AppError {
  return new AppError(code, `${field}: ${message}`, { issues: [{ field, code, message }] });
}
