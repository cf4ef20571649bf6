import { ECDH } from 'node:crypto';
import type { Core } from '../context.ts';
import { checkTarget } from '../deliveries/check-target.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Tx } from '../store.ts';
import type { PushDeviceRow } from '../system-rows.ts';
import { readRegistrationToken } from './registration-token.ts';

/** What `PushSubscription.toJSON()` gives in a browser. */
export interface PushSubscriptionInput {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** Of one user; the one that was registered or renewed longest ago makes room. */
const devicesPerUserMax = 20;
const labelLengthMax = 200;

/**
 * Registers the browser for the user of the token. A browser is registered once per app: when somebody else signs in on it, it
 * is theirs from then on.
 * @throws credential_unknown, token_expired, user_not_found, body_invalid
 */
export async function registerDevice(
  core: Core,
  appId: string,
  token: string,
  subscription: PushSubscriptionInput,
  label: string | null,
): Promise<PushDeviceRow> {
  const user = await readRegistrationToken(core, appId, token);
  const endpoint = checkTarget(core.settings, subscription.endpoint, 'subscription.endpoint');
  const { protocol, origin } = new URL(endpoint);
  if (protocol !== 'https:' && !core.settings.allowPrivateWebhooks)
    throw refused('endpoint', 'must begin with https://');
  checkKeys(subscription.keys);
  const now = core.clock.now();
  return core.store.write(async (tx) => {
    const known = await tx.find('push_devices', { app_id: appId, endpoint });
    const device: PushDeviceRow = {
      id: known?.id ?? newId(),
      app_id: appId,
      table_id: user.table.id,
      record_id: user.id,
      endpoint,
      service: origin,
      p256dh: subscription.keys.p256dh,
      auth: subscription.keys.auth,
      label: label === null ? null : label.slice(0, labelLengthMax).toWellFormed().replaceAll('\0', ''),
      created_at: known?.created_at ?? now,
      updated_at: now,
      last_sent_at: known?.last_sent_at ?? null,
      last_result: known?.last_result ?? null,
    };
    await tx.upsert('push_devices', device);
    await makeRoom(tx, device);
    return device;
  });
}

async function makeRoom(tx: Tx, { table_id, record_id }: PushDeviceRow): Promise<void> {
  const devices = await tx.list('push_devices', { table_id, record_id }, { orderBy: [['updated_at', 'desc']] });
  for (const { id } of devices.slice(devicesPerUserMax)) await tx.remove('push_devices', { id });
}

/** A point of P-256 and 16 bytes (RFC 8291 §3.1, §3.2). */
function checkKeys({ p256dh, auth }: PushSubscriptionInput['keys']): void {
  if (!isPoint(bytesOf(p256dh))) throw refused('keys.p256dh', 'must be an uncompressed P-256 point');
  if (bytesOf(auth)?.length !== 16) throw refused('keys.auth', 'must be 16 bytes');
}

/** Off the curve nothing could ever be encrypted for it. */
function isPoint(bytes: Buffer | null): boolean {
  if (bytes?.length !== 65 || bytes[0] !== 4) return false;
  try {
    ECDH.convertKey(bytes, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}

function bytesOf(text: string): Buffer | null {
  return /^[A-Za-z0-9_-]{1,100}={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : null;
}

function refused(field: string, message: string): AppError {
  const path = `subscription.${field}`;
  return new AppError('body_invalid', `${path}: ${message}`, {
    issues: [{ field: path, code: 'body_invalid', message }],
  });
}
