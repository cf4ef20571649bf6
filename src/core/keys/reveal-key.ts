import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { assertCovers } from './assert-covers.ts';
import { changeKey } from './change-key.ts';
import { openSecrets, type PlainSecrets } from './key-secrets.ts';
import { isRevealable } from './secret-format.ts';

export interface RevealOptions {
  /** Whether the person signed in within the last few minutes; the caller knows. The command line on the server counts as fresh. */
  readonly isFreshSession: boolean;
}

/**
 * Shows the current secrets of a key again, where its kind is kept for that. The audit entry is on disk before the
 * secret leaves.
 * @throws key_not_found, not_revealable, session_stale, scope_missing, role_insufficient
 */
export async function revealKey(
  core: Core,
  actor: Actor,
  keyId: string,
  options: RevealOptions,
): Promise<PlainSecrets> {
  return changeKey(core, actor, keyId, 'change', 'key.reveal', async (tx, key) => {
    if (!isRevealable[key.kind]) throw new AppError('not_revealable');
    if (!options.isFreshSession) throw new AppError('session_stale');
    await assertCovers(tx, actor, key);
    const rows = await tx.list('key_secrets', { key_id: keyId, generation: key.generation });
    return { result: openSecrets(core, rows), detail: { kind: key.kind } };
  });
}
