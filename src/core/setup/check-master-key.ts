import type { Core } from '../context.ts';
import { openSecrets } from '../keys/key-secrets.ts';

const setting = 'master_key_fingerprint';

/**
 * Whether the master key is the one that the database was made with. The first start notes its fingerprint; a database of
 * an older version is asked whether one of its sealed secrets opens.
 */
export async function isMasterKeyRight(core: Core): Promise<boolean> {
  const { fingerprint } = core.secrets;
  const known = await core.store.find('settings', { name: setting });
  if (known !== undefined) return known.value === fingerprint;
  if (!(await opensSecrets(core))) return false;
  await core.store.write((tx) => tx.upsert('settings', { name: setting, value: fingerprint }));
  return true;
}

async function opensSecrets(core: Core): Promise<boolean> {
  const rows = await core.store.list('key_secrets', { sealed: { gt: '' } }, { limit: 1 });
  try {
    openSecrets(core, rows);
    return true;
  } catch {
    return false;
  }
}
