import type { Actor, Core } from '../context.ts';
import { assertCovers } from './assert-covers.ts';
import { changeKey } from './change-key.ts';
import { checkWhole, overlapSecondsMax } from './key-input.ts';
import { type KeyView, makeSecrets, type PlainSecrets, viewKey } from './key-secrets.ts';

export interface RotateOptions {
  /** How long the old secrets keep working: 0 (not at all) to 30 days. */
  readonly overlap_seconds?: number;
}

export interface RotatedKey {
  readonly key: KeyView;
  readonly secrets: PlainSecrets;
  /** The secrets that were replaced: until when they work, and when they were last seen (lags up to 5 s). */
  readonly previous: { readonly expires_at: number; readonly last_used_at: number | null };
}

/**
 * Gives the key new secrets. Without an overlap the old ones, and all tokens, are dead when this returns; with one they
 * live on until its end, tokens too.
 * @throws key_not_found, body_invalid, scope_missing, role_insufficient
 */
export async function rotateKey(
  core: Core,
  actor: Actor,
  keyId: string,
  options: RotateOptions = {},
): Promise<RotatedKey> {
  const overlap = checkWhole(options.overlap_seconds ?? 0, 0, overlapSecondsMax, 'overlap_seconds');
  return changeKey(core, actor, keyId, 'change', 'key.rotate', async (tx, key) => {
    await assertCovers(tx, actor, key);
    const now = core.clock.now();
    const end = now + overlap * 1000;
    const old = await tx.list('key_secrets', { key_id: keyId });
    const replaced = old.filter((row) => row.generation === key.generation);
    // Secrets still in an earlier overlap keep its end unless this one is over sooner.
    for (const row of old) {
      const expiresAt = Math.min(row.expires_at ?? end, end);
      if (expiresAt <= now) await tx.remove('key_secrets', { hash: row.hash });
      else await tx.update('key_secrets', { hash: row.hash }, { expires_at: expiresAt });
    }
    const generation = key.generation + 1;
    const { plain, rows } = makeSecrets(core, key, generation);
    for (const row of rows) await tx.insert('key_secrets', row);
    const columns = { generation, updated_at: now };
    await tx.update('keys', { id: keyId }, columns);

    const kept = await tx.list('key_secrets', { key_id: keyId });
    const lastUsed = Math.max(0, ...replaced.map((row) => row.last_used_at ?? 0));
    const result: RotatedKey = {
      key: viewKey({ ...key, ...columns }, kept),
      secrets: plain,
      previous: { expires_at: end, last_used_at: lastUsed === 0 ? null : lastUsed },
    };
    return { result, detail: { generation, overlap_seconds: overlap } };
  });
}
