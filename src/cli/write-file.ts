/** Files that commands write: whole or not at all, readable by their owner alone, and never over another one unasked. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { CliError, codeOf, exitCodes } from './exit-codes.ts';
import { onInterrupt } from './interrupt.ts';

/** Answers the number of bytes. @throws CliError when the file exists already or cannot be written */
export async function writeFileWhole(
  file: string,
  content: AsyncIterable<Uint8Array>,
  { overwrites = false } = {},
): Promise<number> {
  if (!overwrites && (await exists(file))) {
    throw new CliError(exitCodes.refused, `${file} exists already; add --force to write over it`);
  }
  const part = `${file}.part`;
  const handle = await open(part, 'w', 0o600).catch((error: unknown) => {
    throw new CliError(exitCodes.failed, `${file} cannot be written: ${reasonOf(error)}`, error);
  });
  let bytes = 0;
  const release = onInterrupt(() => rm(part, { force: true }));
  try {
    try {
      for await (const chunk of content) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    release();
  }
  return bytes;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'this user may not write there',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (codeOf(error) || String(error));
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
