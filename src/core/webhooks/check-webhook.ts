/** What a webhook may hold. */
import { AppError } from '../errors.ts';
import { type WebhookEvent, webhookEvents } from '../system-rows.ts';
import { secretKey } from './signature.ts';

const headersMax = 20;
const headerBytesMax = 8_192;
const secretLengthMax = 256;
/** Bytes of a signing secret, as Standard Webhooks has it. */
const secretBytes = { min: 24, max: 64 };

/** What says where the request goes and what it is; and what we sign with. */
const ownHeaders =
  /^(?:host|connection|content-length|content-encoding|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|webhook-.*)$/i;

export function refusedWebhook(field: string, message: string): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}

/** Each once, in the order of the list. @throws body_invalid */
export function checkEvents(events: readonly string[], isAboutTable: boolean): WebhookEvent[] {
  const unknown = events.find((event) => !webhookEvents.some((known) => known === event));
  if (unknown !== undefined) throw refusedWebhook('events', `must be of ${webhookEvents.join(', ')}`);
  const chosen = webhookEvents.filter((event) => events.includes(event));
  if (chosen.length === 0) throw refusedWebhook('events', 'must name at least one event');
  if (isAboutTable && chosen.includes('notification.sent')) {
    throw refusedWebhook('events', 'notification.sent is told by webhooks without a table');
  }
  if (!isAboutTable && chosen.some((event) => event !== 'notification.sent')) {
    throw refusedWebhook('table', 'is needed for events of records');
  }
  return chosen;
}

/** @throws body_invalid */
export function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers);
  if (entries.length > headersMax) throw refusedWebhook('headers', `must have at most ${headersMax} entries`);
  let bytes = 0;
  for (const [name, value] of entries) {
    bytes += name.length + Buffer.byteLength(value);
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name)) {
      throw refusedWebhook(`headers.${name}`, 'is not a header name');
    }
    if (ownHeaders.test(name)) throw refusedWebhook(`headers.${name}`, 'is set by this server');
    if (!/^[\x20-\x7e\t]*$/.test(value)) throw refusedWebhook(`headers.${name}`, 'must be visible ASCII characters');
  }
  if (bytes > headerBytesMax) throw refusedWebhook('headers', `must have at most ${headerBytesMax} bytes in all`);
  return headers;
}

/** Any text that fits into a header; one that begins with `whsec_` must be what the standard says. @throws body_invalid */
export function checkSecret(secret: string): string {
  if (secret.length > secretLengthMax || !/^[\x21-\x7e]+$/.test(secret)) {
    throw refusedWebhook('secret', `must be 1 to ${secretLengthMax} visible ASCII characters without spaces`);
  }
  if (!secret.startsWith('whsec_')) return secret;
  const { length } = secretKey(secret);
  const isBase64 = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret);
  if (!isBase64 || length < secretBytes.min || length > secretBytes.max) {
    throw refusedWebhook('secret', `after whsec_ must be ${secretBytes.min} to ${secretBytes.max} bytes in base64`);
  }
  return secret;
}
