import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { checkTarget } from '../deliveries/check-target.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { newId } from '../ids.ts';
import { checkName } from '../names.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { Filter } from '../records/query.ts';
import type { WebhookRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { checkEvents, checkHeaders, checkSecret, refusedWebhook } from './check-webhook.ts';
import { requireHookable } from './require-webhook.ts';
import { newWebhookSecret } from './signature.ts';
import { toStoredFilter } from './stored-filter.ts';
import { sealWebhook } from './webhook-secrets.ts';
import { viewWebhook, type WebhookView } from './webhook-view.ts';

export interface WebhookInput {
  /** Who makes the payload; see `WebhookDirectory.addFormat`. */
  readonly format: string;
  /** Null: told about notifications. */
  readonly tableId: string | null;
  readonly name?: string;
  readonly url: string;
  /** Of `webhookEvents`. */
  readonly events: readonly string[];
  /** Over the record as it is after the change (before it, where it is deleted). */
  readonly filter?: Filter | null;
  /** Ids of the fields that are told; null or left out: all that the actor may read. */
  readonly fields?: readonly string[] | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Left out: a new one; null: none, and nothing is signed. */
  readonly secret?: string | null;
  readonly isEnabled?: boolean;
  readonly foreign?: Readonly<Record<string, Json>>;
}

export interface CreatedWebhook {
  readonly webhook: WebhookView;
  readonly secret: string | null;
}

/** Each costs every write to its table. */
const perTableMax = 50;

/**
 * Creates a webhook. It tells what happens from here on.
 * @throws body_invalid, name_invalid, plan_limit_reached, table_not_found, scope_missing, role_insufficient
 */
export async function createWebhook(
  core: Core,
  actor: Actor,
  appId: string,
  input: WebhookInput,
  once?: Once<CreatedWebhook>,
): Promise<CreatedWebhook> {
  const table = await requireHookable(core, actor, appId, input.tableId);
  const app = await core.catalog.app(appId);
  if (app === undefined) throw new AppError('app_not_found');
  const now = core.clock.now();
  const id = newId();
  const secret = input.secret === undefined ? newWebhookSecret() : input.secret;
  const webhook: WebhookRow = {
    id,
    workspace_id: app.workspace_id,
    app_id: appId,
    table_id: input.tableId,
    format: input.format,
    name: input.name === undefined || input.name === '' ? '' : checkName(input.name),
    url: checkTarget(core.settings, input.url),
    events: checkEvents(input.events, table !== null),
    filter: filterOf(table, input.filter ?? null),
    fields: table === null ? null : readableFields(actor, table, input.fields ?? null),
    sealed: sealWebhook(core, id, {
      secret: secret === null ? null : checkSecret(secret),
      headers: checkHeaders(input.headers ?? {}),
    }),
    is_enabled: input.isEnabled === false ? 0 : 1,
    foreign: input.foreign ?? {},
    failing_since: null,
    last_success_at: null,
    last_error: null,
    switched_off_at: null,
    created_by: actor.label,
    created_at: now,
    updated_at: now,
  };
  const created = await writeOnce(core, once, async (tx) => {
    const known = await tx.count('webhooks', { app_id: appId, table_id: input.tableId });
    if (known >= perTableMax) {
      throw new AppError(
        'plan_limit_reached',
        `There are ${perTableMax} webhooks here already, the most there can be.`,
      );
    }
    await tx.insert('webhooks', webhook);
    await appendAudit(tx, core, actor, {
      action: 'webhook.create',
      target: id,
      workspaceId: app.workspace_id,
      appId,
      detail: { table: input.tableId, url: webhook.url, events: [...webhook.events] },
    });
    return { webhook: viewWebhook(core, webhook), secret };
  });
  core.events.emit('webhooks.changed', { tableId: input.tableId });
  return created;
}

export function filterOf(table: TableSchema | null, filter: Filter | null): Json {
  if (filter === null) return null;
  if (table === null) throw refusedWebhook('filter', 'needs a table');
  return toStoredFilter(filter);
}

/**
 * The fields that are told: none that the actor could not read. Where it may read all, and asks for all, fields that are
 * added later are told as well.
 */
export function readableFields(actor: Actor, table: TableSchema, asked: readonly string[] | null): string[] | null {
  const { readable } = requireVerb(actor, table, 'read');
  if (asked === null) return readable === null ? null : [...readable];
  for (const id of asked) {
    const isKnown = table.fieldById.has(id) && (readable === null || readable.has(id));
    if (!isKnown) throw refusedWebhook('fields', `there is no field "${id}" in ${table.name}`);
  }
  return [...new Set(asked)];
}
