/** The key pair by which push services know this server (RFC 8292). Made at first use, the private half kept sealed. */
import type { Core } from '../context.ts';
import type { Json } from '../fields/field-type.ts';

export interface VapidKeys {
  /** Uncompressed P-256 point, base64url: what browsers subscribe with. */
  readonly publicKey: string;
  readonly privateKey: string;
}

const settingName = 'push.vapid';
const known = new WeakMap<Core, Promise<VapidKeys>>();

export function vapidKeys(core: Core): Promise<VapidKeys> {
  let keys = known.get(core);
  if (keys === undefined) {
    keys = loadOrMake(core);
    known.set(core, keys);
    keys.catch(() => known.delete(core));
  }
  return keys;
}

async function loadOrMake(core: Core): Promise<VapidKeys> {
  const kept = await core.store.find('settings', { name: settingName });
  if (kept !== undefined) return opened(core, kept.value);
  const { default: webPush } = await import('web-push');
  const made = webPush.generateVAPIDKeys();
  const value = { public_key: made.publicKey, sealed: core.secrets.seal(made.privateKey, settingName) };
  // Another node may have been faster: its keys are the ones, since browsers may have subscribed with them.
  const first = await core.store.write(async (tx) => {
    const other = await tx.find('settings', { name: settingName });
    if (other === undefined) await tx.insert('settings', { name: settingName, value });
    return other?.value ?? value;
  });
  return opened(core, first);
}

function opened(core: Core, value: Json): VapidKeys {
  const { public_key: publicKey, sealed } = value as { public_key: string; sealed: string };
  return { publicKey, privateKey: core.secrets.open(sealed, settingName) };
}
