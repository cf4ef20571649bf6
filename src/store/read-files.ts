/** The uploaded files that a database knows, for backups; of a file that another process may have open. */
import type { StoredFile } from '../core/store.ts';
import type { FileRow } from '../core/system-rows.ts';
import { type Handle, openHandle } from './sqlite-handle.ts';

const rowsPerPiece = 500;

/** In pieces, in the order of their ids. */
export function readStoredFiles(file: string): AsyncGenerator<StoredFile[]> {
  return readPieces<StoredFile>(file, 'id, sha256, size as bytes');
}

/** The same, with everything that is known about them. */
export function readFileRows(file: string): AsyncGenerator<FileRow[]> {
  return readPieces<FileRow>(file, '*');
}

async function* readPieces<R extends { readonly id: string }>(file: string, columns: string): AsyncGenerator<R[]> {
  const handle = openHandle(file, { isReadonly: true, cacheKib: 4_000, busyMs: 10_000, temporary: 'FILE' });
  try {
    if (!hasFiles(handle)) return;
    const next = `select ${columns} from files where state = 'stored' and id > ? order by id limit ?`;
    for (let last = ''; ; ) {
      const rows = handle.rows(next, [last, rowsPerPiece]) as R[];
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows;
      last = end.id;
    }
  } finally {
    handle.db.close();
  }
}

/** A database that an older version made has no files yet. */
function hasFiles(handle: Handle): boolean {
  return handle.rows("select 1 from sqlite_schema where type = 'table' and name = 'files'", []).length > 0;
}
