/** The secrets of a key: made together, kept as hashes (and sealed where their kind is shown again), shown as summaries. */
import type { Core } from '../context.ts';
import type { KeyRow, KeySecretRow } from '../system-rows.ts';
import { hintOf, isRevealable, type KeyPart, newSecret, partsOf } from './secret-format.ts';

/** Secrets in plain text, by part; the only form in which they leave the core. */
export type PlainSecrets = { readonly [P in KeyPart]?: string };

export interface MadeSecrets {
  readonly plain: PlainSecrets;
  readonly rows: readonly KeySecretRow[];
}

/** Binds a sealed secret to its key and part, so that none can be passed off as another. */
export function ownerOf(keyId: string, part: KeyPart): string {
  return `${keyId}/${part}`;
}

/** A new set of secrets for one generation of a key. */
export function makeSecrets(core: Core, key: Pick<KeyRow, 'id' | 'kind'>, generation: number): MadeSecrets {
  const plain: { [P in KeyPart]?: string } = {};
  const rows = partsOf[key.kind].map((part): KeySecretRow => {
    const secret = newSecret(key.kind, part);
    plain[part] = secret;
    return {
      hash: core.secrets.hash(secret),
      key_id: key.id,
      part,
      generation,
      sealed: isRevealable[key.kind] ? core.secrets.seal(secret, ownerOf(key.id, part)) : null,
      hint: hintOf(secret),
      created_at: core.clock.now(),
      expires_at: null,
      last_used_at: null,
      last_used_address: null,
      use_count: 0,
    };
  });
  return { plain, rows };
}

/** The plain secrets of rows that were sealed. */
export function openSecrets(core: Core, rows: readonly KeySecretRow[]): PlainSecrets {
  const plain: { [P in KeyPart]?: string } = {};
  for (const row of rows)
    if (row.sealed !== null) plain[row.part] = core.secrets.open(row.sealed, ownerOf(row.key_id, row.part));
  return plain;
}

/** A secret as lists show it: enough to recognise it and to see whether it is still used. Lags up to 5 s. */
export type SecretSummary = Omit<KeySecretRow, 'hash' | 'sealed' | 'key_id'>;

export interface KeyView extends KeyRow {
  /** Current ones first, then those in their rotation overlap. */
  readonly secrets: readonly SecretSummary[];
  /** Latest use of any secret that is still kept. */
  readonly last_used_at: number | null;
  readonly last_used_address: string | null;
  readonly use_count: number;
}

export function viewKey(key: KeyRow, rows: readonly KeySecretRow[]): KeyView {
  const secrets = [...rows].sort((a, b) => b.generation - a.generation || a.part.localeCompare(b.part));
  let latest: KeySecretRow | undefined;
  for (const row of rows) if ((row.last_used_at ?? 0) > (latest?.last_used_at ?? 0)) latest = row;
  return {
    ...key,
    secrets: secrets.map(({ hash: _hash, sealed: _sealed, key_id: _keyId, ...summary }) => summary),
    last_used_at: latest?.last_used_at ?? null,
    last_used_address: latest?.last_used_address ?? null,
    use_count: rows.reduce((sum, row) => sum + row.use_count, 0),
  };
}
