/** What a webhook keeps sealed: its secret, and custom headers, which usually hold one too. */
import type { Core } from '../context.ts';
import type { WebhookRow } from '../system-rows.ts';

export interface WebhookSecrets {
  /** Null: requests are not signed. */
  readonly secret: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export function sealWebhook(core: Core, webhookId: string, secrets: WebhookSecrets): string {
  return core.secrets.seal(JSON.stringify(secrets), ownerOf(webhookId));
}

/** For those who send or may see them; nothing of it belongs in a log. */
export function openWebhook(core: Core, webhook: Pick<WebhookRow, 'id' | 'sealed'>): WebhookSecrets {
  return JSON.parse(core.secrets.open(webhook.sealed, ownerOf(webhook.id))) as WebhookSecrets;
}

function ownerOf(webhookId: string): string {
  return `webhook/${webhookId}`;
}
