import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { checkTarget } from '../deliveries/check-target.ts';
import { AppError } from '../errors.ts';
import { checkName } from '../names.ts';
import type { WebhookRow } from '../system-rows.ts';
import { checkEvents, checkHeaders, checkSecret } from './check-webhook.ts';
import { filterOf, readableFields, type WebhookInput } from './create-webhook.ts';
import { requireHookable, requireTold, requireWebhook } from './require-webhook.ts';
import { openWebhook, sealWebhook } from './webhook-secrets.ts';
import { viewWebhook, type WebhookView } from './webhook-view.ts';

export type WebhookPatch = Partial<Omit<WebhookInput, 'format' | 'tableId'>>;

/**
 * Changes a webhook; what is queued already goes to the new URL. Switching it on clears what the server remembered of its
 * failures.
 * @throws webhook_not_found, body_invalid, name_invalid, scope_missing, role_insufficient
 */
export async function updateWebhook(
  core: Core,
  actor: Actor,
  webhookId: string,
  patch: WebhookPatch,
): Promise<WebhookView> {
  const known = await requireWebhook(core, actor, webhookId);
  const table = await requireHookable(core, actor, known.app_id, known.table_id);
  const change: Partial<WebhookRow> = {
    ...(patch.name === undefined ? {} : { name: patch.name === '' ? '' : checkName(patch.name) }),
    ...(patch.url === undefined ? {} : { url: checkTarget(core.settings, patch.url) }),
    ...(patch.events === undefined ? {} : { events: checkEvents(patch.events, table !== null) }),
    ...(patch.filter === undefined ? {} : { filter: filterOf(table, patch.filter), last_error: null }),
    ...(patch.fields === undefined || table === null ? {} : { fields: readableFields(actor, table, patch.fields) }),
    ...(patch.foreign === undefined ? {} : { foreign: { ...known.foreign, ...patch.foreign } }),
    ...(patch.isEnabled === undefined ? {} : enabled(patch.isEnabled)),
    updated_at: core.clock.now(),
  };
  const told = change.fields === undefined ? known.fields : change.fields;
  if (patch.url !== undefined && table !== null) requireTold(actor, table, told);
  if (patch.headers !== undefined) checkHeaders(patch.headers);
  if (typeof patch.secret === 'string') checkSecret(patch.secret);
  const webhook = await core.store.write(async (tx) => {
    const current = await tx.find('webhooks', { id: webhookId });
    if (current === undefined) throw new AppError('webhook_not_found');
    if (patch.headers !== undefined || patch.secret !== undefined) {
      const sealed = openWebhook(core, current);
      change.sealed = sealWebhook(core, webhookId, {
        secret: patch.secret === undefined ? sealed.secret : patch.secret,
        headers: patch.headers ?? sealed.headers,
      });
    }
    await tx.update('webhooks', { id: webhookId }, change);
    await appendAudit(tx, core, actor, {
      action: 'webhook.update',
      target: webhookId,
      workspaceId: current.workspace_id,
      appId: current.app_id,
      detail: { changed: Object.keys(patch) },
    });
    return { ...current, ...change };
  });
  core.events.emit('webhooks.changed', { tableId: webhook.table_id });
  return viewWebhook(core, webhook);
}

function enabled(isEnabled: boolean): Partial<WebhookRow> {
  if (!isEnabled) return { is_enabled: 0 };
  return { is_enabled: 1, failing_since: null, last_error: null, switched_off_at: null };
}
