import type { Readable } from 'node:stream';
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { FileRow } from '../system-rows.ts';
import { checkSignature } from './file-links.ts';
import { type ByteRange, storageKey } from './storage.ts';

/** What a link carries beside the id. */
export interface LinkProof {
  readonly expires?: string | undefined;
  readonly signature?: string | undefined;
}

/**
 * The file behind a link: a public one, or a private one with a valid signature.
 * @throws file_not_found, also for private files without a signature of this server; token_expired when it had one
 */
export async function openLink(core: Core, id: string, proof: LinkProof): Promise<FileRow> {
  const file = await core.store.find('files', { id, state: 'stored' });
  // The files of a deleted app are unreachable at once; the collector removes them.
  if (file === undefined || (await core.catalog.app(file.app_id)) === undefined) throw new AppError('file_not_found');
  if (file.is_public === 1) return file;
  const signature = checkSignature(core, id, proof.expires, proof.signature);
  if (signature === 'valid') return file;
  throw signature === 'expired'
    ? new AppError('token_expired', 'This link has expired.')
    : new AppError('file_not_found');
}

/** The content, or a part of it. @throws file_not_found when the storage has lost it */
export async function readFile(core: Core, file: FileRow, range?: ByteRange): Promise<Readable> {
  const content = await core.files.get(storageKey(file.id), range);
  if (content === null) {
    throw new AppError('file_not_found', undefined, { internal: `the content of file ${file.id} is missing` });
  }
  return content;
}
