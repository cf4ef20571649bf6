import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { openTable, requireApp, requireVerb } from '../permit.ts';
import type { WebhookRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';

/** Who may have webhooks on a table, or on the app's notifications. @throws table_not_found, scope_missing, role_insufficient */
export async function requireHookable(
  core: Core,
  actor: Actor,
  appId: string,
  tableId: string | null,
): Promise<TableSchema | null> {
  if (tableId === null) {
    await requireApp(core, actor, appId, 'webhooks');
    return null;
  }
  const table = await openTable(core, actor, tableId);
  if (table.appId !== appId) throw new AppError('table_not_found');
  requireVerb(actor, table, 'webhooks');
  return table;
}

/** The webhook, when the actor may have webhooks where it is. @throws webhook_not_found */
export async function requireWebhook(core: Core, actor: Actor, webhookId: string): Promise<WebhookRow> {
  const webhook = await core.store.find('webhooks', { id: webhookId });
  if (webhook === undefined) throw new AppError('webhook_not_found');
  try {
    await requireHookable(core, actor, webhook.app_id, webhook.table_id);
  } catch (error) {
    // What is not the actor's does not exist for it; what is out of its rights is refused.
    const isForeign = error instanceof AppError && (error.code === 'app_not_found' || error.code === 'table_not_found');
    throw isForeign ? new AppError('webhook_not_found') : error;
  }
  return webhook;
}

/**
 * Who sends a webhook elsewhere, or looks at what it sent, reads what it tells: nobody does beyond what they may read.
 * @throws scope_missing, role_insufficient
 */
export function requireTold(actor: Actor, table: TableSchema, fields: readonly string[] | null): void {
  const { readable } = requireVerb(actor, table, 'read');
  if (readable === null || fields?.every((id) => readable.has(id)) === true) return;
  const code = actor.keyId === null ? 'role_insufficient' : 'scope_missing';
  throw new AppError(code, 'The webhook tells fields that you may not read.');
}
