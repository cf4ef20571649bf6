/**
 * The addresses of files. Columns hold paths; what operations answer holds complete URLs under the server's public address,
 * and for private files a signature that expires.
 */
import type { Core } from '../context.ts';
import type { Json, Stored } from '../fields/field-type.ts';
import type { StoredRow } from '../records/query.ts';
import type { FileRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { fileFieldsOf } from './file-refs.ts';
import { filePath, idInPath, storedFiles } from './file-value.ts';

/** Links in records hold for at least an hour and are the same within a quarter, so that browsers can keep what they got. */
const linkLifeMs = 60 * 60 * 1000;
const linkStepMs = 15 * 60 * 1000;

/** The URL of a file: stable for public ones, signed and expiring for private ones. */
export function fileUrl(core: Core, file: Pick<FileRow, 'id' | 'name' | 'is_public'>): string {
  return urlOf(core, file.id, file.name, file.is_public === 0);
}

function urlOf(core: Core, id: string, filename: string, isPrivate: boolean): string {
  if (!isPrivate) return core.settings.publicUrl + filePath(id, filename);
  const expiresAt = Math.ceil((core.clock.now() + linkLifeMs) / linkStepMs) * linkStepMs;
  return signedUrl(core, id, filename, expiresAt);
}

/** `expiresAt`: milliseconds; rounded up to the second. */
export function signedUrl(core: Core, id: string, filename: string, expiresAt: number): string {
  const expires = Math.ceil(expiresAt / 1000);
  const signature = core.secrets.signLink(`${id} ${expires}`);
  return `${core.settings.publicUrl}${filePath(id, filename)}?expires=${expires}&signature=${signature}`;
}

/** `foreign`: this server did not sign it. */
export function checkSignature(
  core: Core,
  id: string,
  expires: string | undefined,
  signature: string | undefined,
): 'valid' | 'expired' | 'foreign' {
  if (expires === undefined || signature === undefined || !/^\d{1,12}$/.test(expires)) return 'foreign';
  if (!core.secrets.isLinkSignature(`${id} ${expires}`, signature)) return 'foreign';
  return Number(expires) * 1000 > core.clock.now() ? 'valid' : 'expired';
}

/** The id of the file that a URL of this server names, or null. */
export function ownFileId(core: Core, url: string): string | null {
  const { publicUrl } = core.settings;
  return idInPath(url.startsWith(`${publicUrl}/`) ? url.slice(publicUrl.length) : url);
}

/** How the path of one of our files begins in the text of a column; no other text has these quotes unescaped. */
const ownUrl = '"url":"/files/';
const privateMark = '"private":true';

/** A column of files as it is shown. */
function shownFiles(core: Core, stored: Stored): Stored {
  if (typeof stored !== 'string') return null;
  // Lists are long and private files rare: the text is only taken apart where links are to be signed.
  if (!stored.includes(privateMark)) return stored.replaceAll(ownUrl, `"url":"${core.settings.publicUrl}/files/`);
  const files = storedFiles(stored).map(({ private: isPrivate, ...file }) =>
    file.id === null ? file : { ...file, url: urlOf(core, file.id, file.filename, isPrivate === true) },
  );
  return JSON.stringify(files);
}

/** The row with its columns of files as they are shown; the row itself where the table has none. */
export function shownRow(core: Core, table: TableSchema, row: StoredRow): StoredRow {
  const fields = fileFieldsOf(table);
  if (fields.length === 0) return row;
  const shown = [...row];
  for (const { slot } of fields) shown[slot] = shownFiles(core, row[slot] ?? null);
  return shown;
}

/** A logged change with its values of files as they are shown; the change itself where it names none. */
export function shownChange<C extends { readonly fields: Readonly<Record<string, Json>> }>(
  core: Core,
  table: TableSchema,
  change: C,
): C {
  const logged = fileFieldsOf(table).filter(({ id }) => typeof change.fields[id] === 'string');
  if (logged.length === 0) return change;
  const shown = logged.map(({ id }) => [id, shownFiles(core, change.fields[id] as string)] as const);
  return { ...change, fields: { ...change.fields, ...Object.fromEntries(shown) } };
}
