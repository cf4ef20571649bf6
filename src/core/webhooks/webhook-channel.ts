/** How queued events become requests to webhooks, and what webhooks remember of their receivers. */

import { systemActor } from '../actor.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Core } from '../context.ts';
import type { Channel, Verdict } from '../deliveries/delivery.ts';
import type { OutboundAnswer, OutboundRequest } from '../deliveries/outbound.ts';
import { dayMs } from '../retention/life.ts';
import type { Tx } from '../store.ts';
import type { DeliveryAttempt, DeliveryRow, WebhookRow } from '../system-rows.ts';
import { standardHeaders } from './signature.ts';
import type { WebhookEventRow } from './webhook-directory.ts';
import { openWebhook } from './webhook-secrets.ts';

/** A receiver that has failed for so long, without one success, is not called any more. */
const failingDaysMax = 5;

const requestsAtOnce = 8;
/** A success is written down at most so often: most attempts succeed, and each would be a write. */
const successEveryMs = 60_000;

export function createWebhookChannel(core: Core): Channel {
  /** Webhooks that were switched off in a transaction that is not on disk yet. */
  const switchedOff = new Set<string>();
  return {
    widthMax: requestsAtOnce,
    async prepare(row) {
      const webhook = await core.store.find('webhooks', { id: row.target_id });
      if (webhook === undefined) return { refusal: 'the webhook is gone' };
      if (webhook.is_enabled === 0) return { refusal: 'the webhook is switched off' };
      return requestOf(core, webhook, row);
    },
    judge: (_row, answer) => judgeAnswer(answer),
    async settle(tx, row, attempt, verdict) {
      if (await keepResult(core, tx, row.target_id, attempt, verdict)) switchedOff.add(row.target_id);
    },
    settled: (row) => {
      if (switchedOff.delete(row.target_id)) core.events.emit('webhooks.changed', { tableId: null });
    },
  };
}

/** Any 2xx is a success; a redirect is not followed, so it is none. */
export function judgeAnswer({ status }: OutboundAnswer): Verdict {
  return status !== null && status >= 200 && status < 300 ? 'delivered' : 'retry';
}

/** The request of one attempt. */
export async function requestOf(
  core: Core,
  webhook: WebhookRow,
  event: WebhookEventRow,
): Promise<OutboundRequest | { readonly refusal: string }> {
  const format = core.webhooks.format(webhook.format);
  if (format === undefined) return { refusal: `nobody here writes payloads of ${webhook.format}` };
  const { secret, headers } = openWebhook(core, webhook);
  const payload = await format.build(webhook, event, secret);
  return {
    url: webhook.url,
    body: payload.body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Tessera-Webhooks/1',
      ...lowerCased(payload.headers ?? {}),
      ...lowerCased(headers),
      ...standardHeaders(secret, event.id, core.clock.now(), payload.body),
    },
  };
}

/** The body of an event as it would be sent now; null once its content is cleared. */
export async function showPayload(core: Core, event: DeliveryRow): Promise<string | null> {
  const webhook = await core.store.find('webhooks', { id: event.target_id });
  if (webhook === undefined || event.content === null) return null;
  const payload = await core.webhooks.format(webhook.format)?.build(webhook, event, null);
  return payload?.body ?? null;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Answers whether the webhook was switched off for it. */
async function keepResult(
  core: Core,
  tx: Tx,
  webhookId: string,
  attempt: DeliveryAttempt,
  verdict: Verdict,
): Promise<boolean> {
  const webhook = await tx.find('webhooks', { id: webhookId });
  if (webhook === undefined || webhook.is_enabled === 0) return false;
  const now = core.clock.now();
  if (verdict === 'delivered') {
    const isNews = webhook.failing_since !== null || now - (webhook.last_success_at ?? 0) >= successEveryMs;
    if (isNews)
      await tx.update('webhooks', { id: webhookId }, { failing_since: null, last_success_at: now, last_error: null });
    return false;
  }
  const error = attempt.error ?? `the receiver answered ${attempt.status}`;
  const since = webhook.failing_since ?? attempt.at;
  if (now - since < failingDaysMax * dayMs) {
    await tx.update('webhooks', { id: webhookId }, { failing_since: since, last_error: error });
    return false;
  }
  const text = `switched off after ${failingDaysMax} days of failure: ${error}`;
  await tx.update('webhooks', { id: webhookId }, { is_enabled: 0, last_error: text, switched_off_at: now });
  await appendAudit(tx, core, systemActor, {
    action: 'webhook.switch_off',
    target: webhookId,
    workspaceId: webhook.workspace_id,
    appId: webhook.app_id,
    detail: { url: webhook.url, failing_since: since, error },
  });
  return true;
}
