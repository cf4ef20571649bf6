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
export function readFieldRows(file: string): Pick<FieldRow, 'id' | 'type' | 'options'>[] {
  const handle = openHandle(file, { isReadonly: true, cacheKib: 4_000, busyMs: 10_000, temporary: 'FILE' });
  try {
    const rows = handle.rows('select id, type, options from fields', []) as {
      readonly id: string;
      readonly type: FieldRow['type'];
      readonly options: string;
    }[];
    return rows.map(({ id, type, options }) => ({ id, type, options: JSON.parse(options) as FieldRow['options'] }));
  } finally {
    handle.db.close();
  }
}

/** Something was done to tables or fields. */
export interface SchemaChange {
  readonly at: number;
  /** As in the audit: `field.create`, `table.delete`. */
  readonly action: string;
  readonly target: string;
}

/** What records and their log depend on. */
const schemaActions = ['app.delete', 'workspace.delete'];

/**
 * What was done to tables and fields after an entry of the audit, up to a time (milliseconds since 1970). Null where that
 * entry is gone: then nobody knows any more.
 */
export function readSchemaChanges(file: string, after: number, until: number): SchemaChange[] | null {
  const handle = openHandle(file, { isReadonly: true, cacheKib: 4_000, busyMs: 10_000, temporary: 'FILE' });
  try {
    const [known] = handle.rows('select 1 from audit where seq = ?', [after]);
    if (after > 0 && known === undefined) return null;
    return handle.rows(
      `select at, action, target from audit where seq > ? and at <= ?
        and (action like 'table.%' or action like 'field.%' or action in (?, ?)) order by seq`,
      [after, Math.min(until, Number.MAX_SAFE_INTEGER), ...schemaActions],
    ) as SchemaChange[];
  } finally {
    handle.db.close();
  }
}
