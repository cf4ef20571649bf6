/** Queries of the native API: the product's own query language, and cursors. */
import { hash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { Stored } from '../../core/fields/field-type.ts';
import type { PageStart, SortKey, StoredRow } from '../../core/records/query.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';

export {
  parseParameter,
  readColumns,
  readFields,
  readFilter,
  readSort,
  visibleField,
  visibleFields,
} from '../../core/records/read-query.ts';

/** Cursors carry where a page ended, and a mark of the question they belong to. */
interface CursorContent {
  readonly q: string;
  readonly v: readonly Stored[];
  readonly i: number;
}

/** A mark of filter and sort: a cursor of one question does not continue another. */
export function questionMark(table: TableSchema, filterText: string, sort: readonly SortKey[]): string {
  if (filterText !== 'null' || sort.length > 0) return markOf(table, filterText, sort);
  let mark = plainMarks.get(table);
  if (mark === undefined) {
    mark = markOf(table, filterText, sort);
    plainMarks.set(table, mark);
  }
  return mark;
}

/** Marks of the whole table in its own order: what is asked most. */
const plainMarks = new WeakMap<TableSchema, string>();

function markOf(table: TableSchema, filterText: string, sort: readonly SortKey[]): string {
  const order = sort.map(({ field, direction }) => `${field.id}${direction}`).join();
  return hash('sha1', `${table.id}\n${order}\n${filterText}`, 'base64url').slice(0, 8);
}

export function writeCursor(question: string, sort: readonly SortKey[], row: StoredRow): string {
  const content: CursorContent = {
    q: question,
    v: sort.map(({ field }) => row[field.slot] ?? null),
    i: row[0] as number,
  };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws cursor_invalid */
export function readCursor(question: string, sort: readonly SortKey[], cursor: string): PageStart {
  const content = decodeCursor(cursor);
  if (content === null || content.v.length !== sort.length) throw refused('is not one that this API made');
  if (content.q !== question) throw refused('belongs to another filter or sort order');
  return { after: { values: content.v, id: content.i } };
}

function decodeCursor(cursor: string): CursorContent | null {
  try {
    const content = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Partial<CursorContent> | null;
    if (typeof content !== 'object' || content === null) return null;
    const { q, v, i } = content;
    if (typeof q !== 'string' || !Array.isArray(v) || !Number.isSafeInteger(i)) return null;
    if (!v.every((one) => one === null || typeof one === 'string' || typeof one === 'number')) return null;
    return content as CursorContent;
  } catch {
    return null;
  }
}

function refused(message: string): AppError {
  return new AppError('cursor_invalid', `cursor: ${message}`, {
    issues: [{ field: 'cursor', code: 'cursor_invalid', message }],
  });
}
