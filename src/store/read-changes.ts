/** The changes log of a database that nobody may have open, for restoring to a time after the last backup. */
import type { ChangeRow, FieldRow } from '../core/system-rows.ts';
import type { Param } from './engine.ts';
import { openHandle } from './sqlite-handle.ts';

const rowsPerPiece = 500;

/** Entries after a sequence number, in order, in pieces. */
export async function* readChanges(file: string, after: number): AsyncGenerator<ChangeRow[]> {
  const handle = openHandle(file, { isReadonly: true, cacheKib: 4_000, busyMs: 10_000, temporary: 'FILE' });
  const next =
    'select seq, app_id, table_id, record_id, kind, actor, at, fields from changes where seq > ? order by seq limit ?';
  try {
    let last = after;
    for (;;) {
      const params: Param[] = [last, rowsPerPiece];
      const rows = handle.rows(next, params) as (Omit<ChangeRow, 'fields'> & { readonly fields: string })[];
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map((row) => ({ ...row, fields: JSON.parse(row.fields) as ChangeRow['fields'] }));
      last = end.seq;
    }
  } finally {
    handle.db.close();
  }
}

/** The fields as they are now. */
export function readFieldRows(file: string): Pick<FieldRow, 'id' | 'options'>[] {
  const handle = openHandle(file, { isReadonly: true, cacheKib: 4_000, busyMs: 10_000, temporary: 'FILE' });
  try {
    const rows = handle.rows('select id, options from fields', []) as {
      readonly id: string;
      readonly options: string;
    }[];
    return rows.map(({ id, options }) => ({ id, options: JSON.parse(options) as FieldRow['options'] }));
  } finally {
    handle.db.close();
  }
}
