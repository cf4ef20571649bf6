/** Files that commands write: whole or not at all, readable by their owner alone, and never over another one unasked. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { CliError, codeOf, exitCodes } from './exit-codes.ts';

/** Answers the number of bytes. @throws CliError when the file exists already or cannot be written */
export async function writeFileWhole(
  file: string,
  content: AsyncIterable<Uint8Array>,
  { overwrites = false } = {},
): Promise<number> {
  if (!overwrites && (await exists(file))) {
    throw new CliError(exitCodes.usage, `${file} exists already; add --force to write over it`);
  }
  const part = `${file}.part`;
  const handle = await open(part, 'w', 0o600).catch((error: unknown) => {
    throw new CliError(exitCodes.failed, `${file} cannot be written: ${codeOf(error) || String(error)}`, error);
  });
  let bytes = 0;
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
  }
  return bytes;
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
