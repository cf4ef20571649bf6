import type { Actor, Core } from '../context.ts';
import { fileUrl, signedUrl } from './file-links.ts';
import { getFile } from './get-file.ts';

export interface FileLink {
  readonly url: string;
  /** Milliseconds since 1970; null: the file is public and its link does not expire. */
  readonly expiresAt: number | null;
}

/** A link to a file for somebody without a key, good for so many seconds. @throws file_not_found */
export async function signFileUrl(core: Core, actor: Actor, id: string, lifeSeconds: number): Promise<FileLink> {
  const file = await getFile(core, actor, id);
  if (file.is_public === 1) return { url: fileUrl(core, file), expiresAt: null };
  const expiresAt = Math.ceil(core.clock.now() / 1000 + lifeSeconds) * 1000;
  return { url: signedUrl(core, id, file.name, expiresAt), expiresAt };
}
