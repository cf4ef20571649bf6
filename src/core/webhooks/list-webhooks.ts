import type { Actor, Core } from '../context.ts';
import { visibleApp } from '../permit.ts';
import type { WebhookRow } from '../system-rows.ts';
import { verbBits } from '../workspaces/roles.ts';
import { viewWebhook, type WebhookView } from './webhook-view.ts';

export interface WebhookQuery {
  readonly tableId?: string;
  /** Only those of one dialect. */
  readonly format?: string;
}

/** Webhooks of an app that the actor may manage, oldest first. @throws app_not_found */
export async function listWebhooks(
  core: Core,
  actor: Actor,
  appId: string,
  query: WebhookQuery = {},
): Promise<WebhookView[]> {
  const app = await visibleApp(core, actor, appId);
  const rows = await core.store.list(
    'webhooks',
    { app_id: appId, ...(query.tableId === undefined ? {} : { table_id: query.tableId }) },
    {
      orderBy: [
        ['created_at', 'asc'],
        ['id', 'asc'],
      ],
    },
  );
  const isAllowed = ({ table_id: id }: WebhookRow) => {
    const bits =
      id === null
        ? actor.verbs(app.workspace_id, appId)
        : actor.grant({ id, appId, workspaceId: app.workspace_id }).verbs;
    return (bits & verbBits.webhooks) !== 0;
  };
  return rows
    .filter((row) => (query.format === undefined || row.format === query.format) && isAllowed(row))
    .map((row) => viewWebhook(core, row));
}
