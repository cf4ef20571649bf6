/** A webhook as those who manage it see it: without what is sealed. */
import type { Core } from '../context.ts';
import type { WebhookRow } from '../system-rows.ts';
import { openWebhook } from './webhook-secrets.ts';

export interface WebhookView extends Omit<WebhookRow, 'sealed'> {
  readonly has_secret: boolean;
  /** Custom headers; their values are shown only by revealing. */
  readonly header_names: readonly string[];
}

export function viewWebhook(core: Core, webhook: WebhookRow): WebhookView {
  const { secret, headers } = openWebhook(core, webhook);
  const { sealed: _sealed, ...shown } = webhook;
  return { ...shown, has_secret: secret !== null, header_names: Object.keys(headers) };
}
