import type { Core } from '../../core/context.ts';
import { readFile } from '../../core/files/open-file.ts';
import type { ImportSource } from '../../core/import/import-source.ts';
import { refused } from './read-attributes.ts';
import type { SentFile } from './sent-file.ts';

/** A file that came inside a body as something to import. @throws body_invalid */
export async function storedSource(core: Core, { id }: SentFile): Promise<ImportSource> {
  const row = await core.store.find('files', { id });
  if (row === undefined) throw refused('file', 'did not arrive');
  return {
    name: 'file',
    bytes: row.size,
    async *open(start = 0) {
      const range = start === 0 ? undefined : { start, end: row.size - 1 };
      yield* (await readFile(core, row, range)) as AsyncIterable<Uint8Array>;
    },
  };
}
