/**
 * Uploaded files in a place of backups. A content is kept under its checksum, so that what one backup has brought is not
 * copied again by the next; each backup has a list of the files that are its own.
 */
import type { FileStorage, ListedStorage } from '../files/storage.ts';
import { storageKey } from '../files/storage.ts';
import type { StoredFile } from '../store.ts';
import { checkedBytes } from './checked-bytes.ts';

/** Where the contents of the files are, for a backup. */
export type FilesSource =
  /** `list`: the files of the database as it is now. */
  | { readonly kept: 'here'; readonly storage: FileStorage; list(): AsyncIterable<readonly StoredFile[]> }
  /** They are not copied: whoever keeps that place keeps a copy of it. `place` is for people. */
  | { readonly kept: 'elsewhere'; readonly place: string };

const shaForm = /^[0-9a-f]{64}$/;

/** The content of a file in a place of backups. */
export function contentOfFile(sha256: string): string {
  return `files/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
}

/** Files at once: a place far away is asked for several. */
const width = 8;

export interface CopyFiles {
  readonly from: FileStorage;
  readonly place: ListedStorage;
  /** Checksums of contents that are known to be in the place; grows. */
  readonly known: Set<string>;
}

/** Copies what is not there yet, piece by piece, and says of each file whether its content is in the place now. */
export async function* copyFiles(
  pieces: AsyncIterable<readonly StoredFile[]>,
  copy: CopyFiles,
): AsyncGenerator<{ readonly file: StoredFile; readonly isThere: boolean }> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += width) {
      const some = piece.slice(at, at + width);
      // Two files of one content are one copy.
      const contents = new Map(some.map((file) => [file.sha256, file]));
      await Promise.all([...contents.values()].map((file) => ensureContent(file, copy)));
      for (const file of some) yield { file, isThere: copy.known.has(file.sha256) };
    }
  }
}

async function ensureContent(file: StoredFile, { from, place, known }: CopyFiles): Promise<void> {
  if (known.has(file.sha256)) return;
  const key = contentOfFile(file.sha256);
  if ((await place.size(key)) !== file.bytes) {
    const content = await from.get(storageKey(file.id));
    if (content === null) return;
    try {
      // What an interrupted backup left there.
      await place.remove(key);
      await place.put(key, refusingOther(content, file));
    } catch (error) {
      if (error instanceof OtherContent) return;
      throw error;
    } finally {
      content.destroy();
    }
  }
  known.add(file.sha256);
}

/** The content in the storage is not the one that was uploaded. */
class OtherContent extends Error {}

async function* refusingOther(
  content: AsyncIterable<Uint8Array>,
  { sha256, bytes }: StoredFile,
): AsyncGenerator<Uint8Array> {
  const checked = checkedBytes(content);
  yield* checked.content;
  const found = checked.result();
  if (found.sha256 !== sha256 || found.bytes !== bytes) throw new OtherContent('not the content that was uploaded');
}

/** One line of a list. */
export function lineOf({ id, sha256, bytes }: StoredFile): string {
  return `${id} ${sha256} ${bytes}\n`;
}

/** The files of a list, from its bytes. @throws Error where a line is none */
export async function* readList(content: AsyncIterable<Uint8Array>): AsyncGenerator<StoredFile> {
  let rest = '';
  for await (const chunk of content) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield fileOf(line);
  }
  if (rest !== '') throw new Error('the list of files ends in the middle of a line');
}

function fileOf(line: string): StoredFile {
  const [id = '', sha256 = '', bytes = ''] = line.split(' ');
  if (!/^[0-9A-Za-z]{16}$/.test(id) || !shaForm.test(sha256) || !/^\d+$/.test(bytes)) {
    throw new Error(`"${line.slice(0, 100)}" is no line of a list of files`);
  }
  return { id, sha256, bytes: Number(bytes) };
}
