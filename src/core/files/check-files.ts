/**
 * Checks the files that a record is to show, inside the transaction that writes it: they are there, of the same app, fit the
 * field, and private ones may be named by whoever names them. What clients say about an uploaded file is replaced by
 * what is known of it.
 */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Field, Stored } from '../fields/field-type.ts';
import type { Draft } from '../records/read-input.ts';
import type { Tx } from '../store.ts';
import type { FileRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { ownFileId } from './file-links.ts';
import { fileFieldsOf } from './file-refs.ts';
import { filePath, type StoredFile, storedFiles } from './file-value.ts';
import { isPrivateTo } from './get-file.ts';
import { extensionOf, isDocument } from './media-type.ts';

/** Who writes, and in which transaction. */
interface WriteScope {
  readonly core: Core;
  readonly actor: Actor;
  readonly tx: Tx;
}

/** `path` prefixes field names in refusals; `recordId` is null for a record that is being made. @throws value_invalid */
export async function checkFiles(
  scope: WriteScope,
  table: TableSchema,
  draft: Draft,
  recordId: number | null,
  path: string,
): Promise<void> {
  for (const field of fileFieldsOf(table)) {
    const sent = draft.stored.get(field);
    if (sent === undefined || sent === null) continue;
    const checked: StoredFile[] = [];
    for (const file of storedFiles(sent)) {
      const result = await checkFile(scope, table, field, file, recordId);
      if (typeof result === 'string') throw refused(field, path, result);
      checked.push(result);
    }
    (draft.stored as Map<Field, Stored>).set(field, JSON.stringify(checked));
  }
}

/** The file as the column will hold it, or why not. */
async function checkFile(
  scope: WriteScope,
  table: TableSchema,
  field: Field,
  sent: StoredFile,
  recordId: number | null,
): Promise<StoredFile | string> {
  const id = sent.id ?? ownFileId(scope.core, sent.url);
  if (id === null) return misfit(field, { name: sent.filename, media_type: null, size: null }) ?? sent;
  const row = await scope.tx.find('files', { id, app_id: table.appId, state: 'stored' });
  // A private file that this actor cannot see does not exist for it: naming it would make a new link to it.
  if (row === undefined || (await isForeign(scope, field, row, recordId))) return 'must be a file of this app';
  return misfit(field, row) ?? (await keepPrivate(scope, field, row)) ?? storedForm(row, field);
}

async function isForeign(scope: WriteScope, field: Field, row: FileRow, recordId: number | null): Promise<boolean> {
  if (row.is_public === 1) return false;
  if (recordId !== null) {
    const ref = { field_id: field.id, record_id: recordId, file_id: row.id };
    // Sent back as it was read, or by somebody who may write but not read.
    if ((await scope.tx.find('file_refs', ref)) !== undefined) return false;
  }
  return isPrivateTo(scope.tx, scope.actor, row);
}

/** A public file in a private field becomes private, while no other record shows it under its public link. */
async function keepPrivate(scope: WriteScope, field: Field, row: FileRow): Promise<string | null> {
  if (field.options.is_private !== true || row.is_public === 0) return null;
  const refs = await scope.tx.list('file_refs', { file_id: row.id }, { limit: 2 });
  if (refs.some((ref) => ref.field_id !== field.id))
    return 'must be private, but other records show this file publicly';
  if (refs.length === 0) await scope.tx.update('files', { id: row.id }, { is_public: 0 });
  return null;
}

function storedForm(row: FileRow, field: Field): StoredFile {
  const { id, name, size, media_type, width, height } = row;
  const isPrivate = row.is_public === 0 || field.options.is_private === true;
  const file = { id, url: filePath(id, name), filename: name, size, media_type, width, height };
  return isPrivate ? { ...file, private: true } : file;
}

interface Facts {
  readonly name: string;
  /** Null: of another server, where nobody has looked. */
  readonly media_type: string | null;
  readonly size: number | null;
}

/** Why a file does not fit its field; null when it does. */
function misfit(field: Field, { name, media_type: mediaType, size }: Facts): string | null {
  const { extensions, bytes_max: bytesMax, accept } = field.options;
  if (Array.isArray(extensions) && extensions.length > 0 && !extensions.includes(extensionOf(name))) {
    return `must be a file ending in ${extensions.map((one) => `.${String(one)}`).join(', ')}`;
  }
  if (typeof bytesMax === 'number' && size !== null && size > bytesMax)
    return `must not be larger than ${bytesMax} bytes`;
  if (mediaType === null) return null;
  if ((field.type === 'image' || accept === 'image') && !mediaType.startsWith('image/')) return 'must be an image';
  if (accept === 'document' && !isDocument(mediaType)) return 'must be a document (PDF, text or an office format)';
  return null;
}

function refused(field: Field, path: string, message: string): AppError {
  const name = path + field.name;
  return new AppError('value_invalid', `${name}: ${message}`, {
    issues: [{ field: name, code: 'value_invalid', message, fieldId: field.id }],
  });
}
