/** `/apps/{app}/webhooks`: who is told what happens to records, and the log of it. */
import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { openTable } from '../../../core/permit.ts';
import { readFields, readFilter } from '../../../core/records/read-query.ts';
import { Type } from '../../../core/schema.ts';
import { type DeliveryRow, webhookEvents } from '../../../core/system-rows.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { type CreatedWebhook, createWebhook } from '../../../core/webhooks/create-webhook.ts';
import { deleteWebhook } from '../../../core/webhooks/delete-webhook.ts';
import { getWebhook } from '../../../core/webhooks/get-webhook.ts';
import { getWebhookEvent } from '../../../core/webhooks/get-webhook-event.ts';
import { listWebhookEvents } from '../../../core/webhooks/list-webhook-events.ts';
import { listWebhooks } from '../../../core/webhooks/list-webhooks.ts';
import { replayWebhookEvent, replayWebhookEvents } from '../../../core/webhooks/replay-webhook-events.ts';
import { revealWebhook } from '../../../core/webhooks/reveal-webhook.ts';
import { sendTestWebhook } from '../../../core/webhooks/send-test-webhook.ts';
import { updateWebhook } from '../../../core/webhooks/update-webhook.ts';
import { showPayload } from '../../../core/webhooks/webhook-channel.ts';
import type { WebhookView } from '../../../core/webhooks/webhook-view.ts';
import { withFieldIds } from '../filter-names.ts';
import { answerOnce } from '../once.ts';
import { actorOf } from '../request-actor.ts';
import { namedBody, nothing, pageOf, pathOf, time } from '../shapes/parts.ts';
import {
  createdWebhookShape,
  eventDetailShape,
  eventShape,
  eventView,
  webhookInput,
  webhookPatch,
  webhookSecretsShape,
  webhookShape,
  webhookView,
} from '../shapes/webhook.ts';
import type { NativeScope } from '../typed-scope.ts';
import { nativeFormat } from '../webhook-format.ts';

const listPath = '/api/v1/apps/:app/webhooks';
const path = `${listPath}/:webhook`;
const tags = ['webhooks'];
const params = pathOf('app', 'webhook');
const eventParams = pathOf('app', 'webhook', 'event');
const config = { verb: 'webhooks' };

const eventsQuery = Type.Object(
  {
    state: Type.Optional(Type.Enum(['pending', 'delivered', 'failed'])),
    type: Type.Optional(Type.Enum([...webhookEvents])),
    from: Type.Optional(time('From when, included.')),
    to: Type.Optional(time('Until when, not included.')),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 20, description: 'Where the page before ended: its `next`.' })),
  },
  { additionalProperties: false },
);

const replayInput = namedBody('ReplayInput', {
  from: time('From when, included.'),
  to: Type.Optional(time('Until when, not included; left out: until now.')),
  state: Type.Optional(Type.Enum(['delivered', 'failed'], { description: 'Left out: both.' })),
  type: Type.Optional(Type.Enum([...webhookEvents])),
});

const testInput = namedBody('WebhookTestInput', { type: Type.Optional(Type.Enum([...webhookEvents])) });

export function webhookRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    listPath,
    {
      schema: {
        tags,
        operationId: 'listWebhooks',
        summary: 'List the webhooks of an app',
        params: pathOf('app'),
        querystring: Type.Object({ table: Type.Optional(Type.String()) }, { additionalProperties: false }),
        response: { 200: pageOf(webhookShape) },
      },
      config,
    },
    async (request) => {
      const { table } = request.query;
      const query = table === undefined ? {} : { tableId: table };
      const webhooks = await listWebhooks(core, actorOf(request), request.params.app, query);
      return { data: await Promise.all(webhooks.map((webhook) => viewOf(core, webhook))), next: null };
    },
  );

  scope.post(
    listPath,
    {
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        description:
          'Requests are signed after Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with the secret shown here. An answer of 2xx within 10 s is a success; anything else is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h. Events of one record arrive in order; one that arrives twice has the same id.',
        params: pathOf('app'),
        body: webhookInput,
        response: { 201: createdWebhookShape },
      },
      config: { verb: 'webhooks', isIdempotent: true },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      const { table: tableId = null, url, events, ...rest } = request.body;
      const table = tableId === null ? null : await openTable(core, actor, tableId);
      const input = { format: nativeFormat, tableId, url, events, ...traitsOf(actor, table, rest) };
      const view = (webhook: WebhookView) => webhookView(webhook, table ?? undefined);
      return answerOnce<CreatedWebhook>(
        request,
        reply,
        {
          isSecret: true,
          answer: ({ webhook, secret }) => ({ status: 201, body: JSON.stringify({ ...view(webhook), secret }) }),
          locate: (id) => `/api/v1/apps/${request.params.app}/webhooks/${id}`,
        },
        (once) => createWebhook(core, actor, request.params.app, input, once),
      );
    },
  );

  scope.get(
    path,
    {
      schema: { tags, operationId: 'getWebhook', summary: 'Get a webhook', params, response: { 200: webhookShape } },
      config,
    },
    async (request) => viewOf(core, await webhookOf(core, request)),
  );

  scope.patch(
    path,
    {
      schema: {
        tags,
        operationId: 'updateWebhook',
        summary: 'Change a webhook; switching it on forgets its failures',
        params,
        body: webhookPatch,
        response: { 200: webhookShape },
      },
      config,
    },
    async (request) => {
      const actor = actorOf(request);
      const { url, events, ...rest } = request.body;
      const known = await webhookOf(core, request);
      const table = known.table_id === null ? null : await openTable(core, actor, known.table_id);
      const patch = {
        ...(url === undefined ? {} : { url }),
        ...(events === undefined ? {} : { events }),
        ...traitsOf(actor, table, rest),
      };
      return viewOf(core, await updateWebhook(core, actor, known.id, patch));
    },
  );

  scope.delete(
    path,
    {
      schema: {
        tags,
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook with its log; what was not sent yet is not sent',
        params,
        response: { 204: nothing },
      },
      config,
    },
    async (request, reply) => {
      const { id } = await webhookOf(core, request);
      await deleteWebhook(core, actorOf(request), id);
      return reply.code(204).send();
    },
  );

  scope.post(
    `${path}/reveal`,
    {
      schema: {
        tags,
        operationId: 'revealWebhook',
        summary: 'Show the secret and the custom headers again; it is written to the audit',
        params,
        response: { 200: webhookSecretsShape },
      },
      config,
    },
    async (request) => {
      const { id } = await webhookOf(core, request);
      const { secret, headers } = await revealWebhook(core, actorOf(request), id);
      return { secret, headers: { ...headers } };
    },
  );

  scope.post(
    `${path}/test`,
    {
      schema: {
        tags,
        operationId: 'testWebhook',
        summary: 'Send an event now, made of the latest record or of examples, and answer what came back',
        params,
        body: testInput,
        response: { 200: eventShape },
      },
      config,
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request) => {
      const { id } = await webhookOf(core, request);
      return eventView(await sendTestWebhook(core, actorOf(request), id, request.body.type));
    },
  );

  eventRoutes(scope, core);
}

function eventRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    `${path}/events`,
    {
      schema: {
        tags,
        operationId: 'listWebhookEvents',
        summary: 'What a webhook was told and what came of it, latest first',
        params,
        querystring: eventsQuery,
        response: { 200: pageOf(eventShape) },
      },
      config,
    },
    async (request) => {
      const { id } = await webhookOf(core, request);
      const { type, from, to, ...rest } = request.query;
      const page = await listWebhookEvents(core, actorOf(request), id, {
        ...rest,
        ...(type === undefined ? {} : { kind: type }),
        ...spanOf(from, to),
      });
      return { data: page.data.map(eventView), next: page.next };
    },
  );

  scope.get(
    `${path}/events/:event`,
    {
      schema: {
        tags,
        operationId: 'getWebhookEvent',
        summary: 'Get one event with its payload',
        params: eventParams,
        response: { 200: eventDetailShape },
      },
      config,
    },
    async (request) => {
      const { id } = await webhookOf(core, request);
      const row = await getWebhookEvent(core, actorOf(request), id, request.params.event);
      return { ...eventView(row), payload: await payloadOf(core, row) };
    },
  );

  scope.post(
    `${path}/events/:event/replay`,
    {
      schema: {
        tags,
        operationId: 'replayWebhookEvent',
        summary: 'Send one event again, under the same id',
        params: eventParams,
        response: { 202: eventShape },
      },
      config,
    },
    async (request, reply) => {
      const { id } = await webhookOf(core, request);
      const row = await replayWebhookEvent(core, actorOf(request), id, request.params.event);
      return reply.code(202).send(eventView(row));
    },
  );

  scope.post(
    `${path}/replay`,
    {
      schema: {
        tags,
        operationId: 'replayWebhookEvents',
        summary: 'Send the events of a time range again, under their ids',
        params,
        body: replayInput,
        response: { 202: Type.Object({ count: Type.Integer({ description: 'Events that were queued again.' }) }) },
      },
      config,
    },
    async (request, reply) => {
      const { id } = await webhookOf(core, request);
      const { from, to, state, type } = request.body;
      const count = await replayWebhookEvents(core, actorOf(request), id, {
        ...spanOf(from, to),
        ...(state === undefined ? {} : { state }),
        ...(type === undefined ? {} : { kind: type }),
      });
      return reply.code(202).send({ count });
    },
  );
}

type Request = Pick<FastifyRequest, 'call' | 'ip'> & {
  readonly params: { readonly app: string; readonly webhook: string };
};

/** The webhook of the app. @throws webhook_not_found, scope_missing, role_insufficient */
async function webhookOf(core: Core, request: Request): Promise<WebhookView> {
  const webhook = await getWebhook(core, actorOf(request), request.params.webhook);
  if (webhook.app_id !== request.params.app) throw new AppError('webhook_not_found');
  return webhook;
}

interface Traits {
  readonly name?: string;
  readonly filter?: Json;
  readonly fields?: readonly string[] | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly secret?: string | null;
  readonly is_enabled?: boolean;
}

/** What creating and changing have in common, in the core's words. @throws filter_invalid, parameter_invalid */
function traitsOf(actor: Actor, table: TableSchema | null, traits: Traits) {
  const { filter, fields, is_enabled: isEnabled, ...rest } = traits;
  return {
    ...rest,
    ...(isEnabled === undefined ? {} : { isEnabled }),
    ...(filter === undefined ? {} : filterTraits(actor, table, filter)),
    ...(fields === undefined ? {} : { fields: fields === null || table === null ? null : idsOf(actor, table, fields) }),
  };
}

function filterTraits(actor: Actor, table: TableSchema | null, tree: Json) {
  if (tree === null || table === null) return { filter: null, foreign: { native: {} } };
  const filter = readFilter(table, actor.grant(table), tree);
  return { filter, foreign: { native: { filter: withFieldIds(table, tree) } } };
}

function idsOf(actor: Actor, table: TableSchema, names: readonly string[]): string[] {
  return readFields(table, actor.grant(table), names, 'fields').map(({ id }) => id);
}

function spanOf(from: string | undefined, to: string | undefined): { from?: number; to?: number } {
  return {
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}

async function viewOf(core: Core, webhook: WebhookView) {
  return webhookView(webhook, webhook.table_id === null ? undefined : await core.catalog.table(webhook.table_id));
}

/** As it would be sent now. */
async function payloadOf(core: Core, row: DeliveryRow): Promise<unknown> {
  const text = await showPayload(core, row);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
