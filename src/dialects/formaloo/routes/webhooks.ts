/** `/forms/{form}/webhooks/` (wire/formaloo.md §8). */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { actorAt } from '../../../core/keys/key-actor.ts';
import { requireVerb } from '../../../core/permit.ts';
import type { DeliveryRow, WebhookEvent } from '../../../core/system-rows.ts';
import { createWebhook } from '../../../core/webhooks/create-webhook.ts';
import { deleteWebhook } from '../../../core/webhooks/delete-webhook.ts';
import { getWebhook } from '../../../core/webhooks/get-webhook.ts';
import { getWebhookEvent } from '../../../core/webhooks/get-webhook-event.ts';
import { eventsWhere, listWebhookEvents } from '../../../core/webhooks/list-webhook-events.ts';
import { listWebhooks } from '../../../core/webhooks/list-webhooks.ts';
import { revealWebhook, revealWebhooks } from '../../../core/webhooks/reveal-webhook.ts';
import { sampleContent } from '../../../core/webhooks/sample-event.ts';
import { sendTestWebhook } from '../../../core/webhooks/send-test-webhook.ts';
import { updateWebhook } from '../../../core/webhooks/update-webhook.ts';
import { showPayload } from '../../../core/webhooks/webhook-channel.ts';
import type { WebhookView } from '../../../core/webhooks/webhook-view.ts';
import { addressOf } from '../../../http/address-of.ts';
import { boolean, text } from '../attributes.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import type { Form } from '../form.ts';
import { instantOf } from '../instants.ts';
import { type Memory, memoryOf, textOrNull } from '../memory.ts';
import { uniqueName } from '../names.ts';
import { onChange } from '../on-change.ts';
import { pageMembers, pageQueryOf, queryText } from '../pages.ts';
import { modern } from '../paths.ts';
import { issueOf, merged, readAttributes, refuse, refused } from '../read-attributes.ts';
import { type Body, bodyOf } from '../read-body.ts';
import { eventTypes, formatName } from '../webhook-format.ts';
import { ownForm } from './forms.ts';

const path = `${modern}/forms/:slug/webhooks`;
const item = `${path}/:webhook`;
const options = { config: { access: 'token', verb: 'webhooks' } } as const;

const attributes = {
  title: { kind: text(255) },
  active: { kind: boolean },
  form_submit_events: { kind: boolean },
  row_update_events: { kind: boolean },
  row_payment_events: { kind: boolean },
  send_raw_data: { kind: boolean },
  send_rendered_data: { kind: boolean },
};

const urlLengthMax = 512;

export function webhookRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  scope.get(path, options, async (request, reply) => {
    const form = await ownForm(forms, request);
    const actor = actorAt(actorOf(request), addressOf(request));
    requireVerb(actor, form.table, 'webhooks');
    const search = queryText(request, 'search')?.toLowerCase() ?? '';
    const found = await listWebhooks(core, actor, form.table.appId, { tableId: form.table.id, format: formatName });
    const matching = found.filter(({ url, foreign }) =>
      `${url} ${textOrNull(memoryOf({ foreign }).title) ?? ''}`.toLowerCase().includes(search),
    );
    const hidden = matching.filter(({ has_secret: hasSecret }) => hasSecret).map(({ id }) => id);
    const opened = await revealWebhooks(core, actor, hidden);
    const secrets = new Map(hidden.map((id, at) => [id, opened[at]?.secret ?? null]));
    const shown = matching.map((webhook) => viewOf(webhook, secrets.get(webhook.id) ?? null));
    return sendData(reply, JSON.stringify({ webhooks: shown }));
  });

  scope.post(path, options, async (request, reply) => {
    const form = await ownForm(forms, request);
    const { memory, url, secret } = readWebhook(bodyOf(request), {});
    if (url === undefined) throw refused('url', 'is required', 'value_required');
    const actor = actorAt(actorOf(request), addressOf(request));
    const { webhook } = await createWebhook(core, actor, form.table.appId, {
      format: formatName,
      tableId: form.table.id,
      url,
      secret: secret ?? null,
      ...switches(memory),
      foreign: { formaloo: { ...memory, url } },
    });
    return sendWebhook(core, request, reply, webhook, 201);
  });

  scope.get(item, options, async (request, reply) =>
    sendWebhook(core, request, reply, await ownWebhook(core, forms, request)),
  );

  onChange(scope, item, options, async (request, reply) => {
    const known = await ownWebhook(core, forms, request);
    const { memory, url, secret } = readWebhook(bodyOf(request), memoryOf(known));
    const changed = await updateWebhook(core, actorAt(actorOf(request), addressOf(request)), known.id, {
      ...(url === undefined ? {} : { url }),
      ...(secret === undefined ? {} : { secret }),
      ...switches(memory),
      foreign: { formaloo: { ...memory, ...(url === undefined ? {} : { url }) } },
    });
    return sendWebhook(core, request, reply, changed);
  });

  scope.delete(item, options, async (request, reply) => {
    const webhook = await ownWebhook(core, forms, request);
    await deleteWebhook(core, actorAt(actorOf(request), addressOf(request)), webhook.id);
    return sendData(reply, '{}');
  });

  scope.get(`${item}/sample-data`, options, async (request, reply) => {
    const webhook = await ownWebhook(core, forms, request);
    const kind = kindAsked(request) ?? 'record.submitted';
    const content = (await sampleContent(core, actorOf(request), webhook, kind)) as unknown as Json;
    const row = await core.store.find('webhooks', { id: webhook.id });
    if (row === undefined) throw new AppError('webhook_not_found');
    const event = { id: 'sample', kind, created_at: core.clock.now(), content };
    const payload = await core.webhooks.format(formatName)?.build(row, event, null);
    const body = payload?.body ?? '{}';
    if (queryText(request, 'event_type') !== 'row_payment') return sendData(reply, body);
    // Nothing is paid here; who receives payments elsewhere can see what they look like.
    const shown = { ...(JSON.parse(body) as object), event_type: 'row_payment' };
    return sendData(reply, JSON.stringify(shown));
  });

  scope.post(`${item}/send-test`, options, async (request, reply) => {
    const webhook = await ownWebhook(core, forms, request);
    const sent = await sendTestWebhook(core, actorOf(request), webhook.id, kindAsked(request) ?? 'record.submitted');
    return sendData(reply, JSON.stringify({ event: { ...eventView(sent), error_logs: sent.attempts } }));
  });

  scope.get(`${item}/events`, options, async (request, reply) => {
    const webhook = await ownWebhook(core, forms, request);
    const query = pageQueryOf(request);
    const asked = eventQuery(request);
    const count = await core.store.count('deliveries', eventsWhere(webhook.id, asked));
    const members = pageMembers(core, request, { ...query, isWhole: false }, count);
    const rows: DeliveryRow[] = [];
    const end = query.page * query.size;
    for (let cursor: string | null | undefined; rows.length < end && cursor !== null; ) {
      const limit = Math.min(1000, end - rows.length);
      const page = await listWebhookEvents(core, actorOf(request), webhook.id, {
        ...asked,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      });
      rows.push(...page.data);
      cursor = page.next;
    }
    const shown = rows.slice(end - query.size, end).map(eventView);
    return sendData(reply, `{${members},"events":${JSON.stringify(shown)}}`);
  });

  scope.get(`${item}/events/:event`, options, async (request, reply) => {
    const webhook = await ownWebhook(core, forms, request);
    const { event: id } = request.params as { readonly event: string };
    const event = await getWebhookEvent(core, actorOf(request), webhook.id, id);
    const payload = await showPayload(core, event);
    const { event_type, ...view } = eventView(event);
    const shown = JSON.stringify({ event_type, ...view, error_logs: event.attempts });
    return sendData(reply, `{"event":${shown.slice(0, -1)},"data":${payload ?? 'null'}}}`);
  });
}

/** @throws webhook_not_found also for webhooks of other forms and formats */
async function ownWebhook(core: Core, forms: FormFinder, request: FastifyRequest): Promise<WebhookView> {
  const form: Form = await ownForm(forms, request);
  const { webhook: id } = request.params as { readonly webhook: string };
  const webhook = await getWebhook(core, actorOf(request), id);
  if (webhook.table_id !== form.table.id || webhook.format !== formatName) throw new AppError('webhook_not_found');
  return webhook;
}

interface SentWebhook {
  readonly memory: Memory;
  readonly url: string | undefined;
  readonly secret: string | null | undefined;
}

/** @throws body_invalid */
function readWebhook(body: Body, before: Memory): SentWebhook {
  const { values, issues } = readAttributes(body, attributes);
  const { url, secret } = body;
  const problems = [...issues];
  if (url === null || url === '') problems.push(issueOf('url', 'is required', 'value_required'));
  else if (url !== undefined && (typeof url !== 'string' || url.length > urlLengthMax)) {
    problems.push(issueOf('url', `must be a URL of at most ${urlLengthMax} characters`));
  }
  if (secret !== undefined && secret !== null && typeof secret !== 'string')
    problems.push(issueOf('secret', 'must be text'));
  refuse(problems);
  return {
    memory: merged(before, values),
    url: typeof url === 'string' ? url : undefined,
    secret: secret === '' ? null : (secret as string | null | undefined),
  };
}

/**
 * What the core is told. It has no webhooks without an event and knows nothing of payments: one that asks for those alone
 * is kept switched off.
 */
function switches(memory: Memory) {
  const events: WebhookEvent[] = [];
  if (memory.form_submit_events === true) events.push('record.submitted');
  if (memory.row_update_events === true) events.push('record.updated');
  const isEnabled = memory.active !== false && events.length > 0;
  const name = uniqueName(textOrNull(memory.title) ?? '', '', new Set());
  return { name, events: events.length === 0 ? (['record.submitted'] as const) : events, isEnabled };
}

function viewOf(webhook: WebhookView, secret: string | null) {
  const memory = memoryOf(webhook);
  return {
    slug: webhook.id,
    title: textOrNull(memory.title) ?? '',
    url: textOrNull(memory.url) ?? webhook.url,
    secret,
    // Also off when the server switched it off because nobody answered for days.
    active: memory.active !== false && webhook.switched_off_at === null,
    form_submit_events: memory.form_submit_events === true,
    row_update_events: memory.row_update_events === true,
    row_payment_events: memory.row_payment_events === true,
    send_raw_data: memory.send_raw_data !== false,
    send_rendered_data: memory.send_rendered_data !== false,
    last_error: webhook.last_error,
    created_at: instantOf(webhook.created_at),
    updated_at: instantOf(webhook.updated_at),
  };
}

async function sendWebhook(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  webhook: WebhookView,
  status = 200,
): Promise<FastifyReply> {
  const { secret } = webhook.has_secret
    ? await revealWebhook(core, actorAt(actorOf(request), addressOf(request)), webhook.id)
    : { secret: null };
  return sendData(reply, JSON.stringify({ webhook: viewOf(webhook, secret) }), status);
}

/** The event that the query asks for, in either spelling. */
function kindAsked(request: FastifyRequest): WebhookEvent | undefined {
  const type = queryText(request, 'event_type');
  const found = Object.entries(eventTypes).find(([, name]) => name === type);
  return found?.[0] as WebhookEvent | undefined;
}

const states = { success: 'delivered', delivered: 'delivered', pending: 'pending', failed: 'failed' } as const;

function eventQuery(request: FastifyRequest) {
  const state = states[queryText(request, 'status') as keyof typeof states];
  const kind = kindAsked(request);
  const from = timeAsked(request, 'created_at_gte', 'from');
  const to = timeAsked(request, 'created_at_lt', 'to');
  return {
    ...(state === undefined ? {} : { state }),
    ...(kind === undefined ? {} : { kind }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function timeAsked(request: FastifyRequest, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const at = Date.parse(queryText(request, name) ?? '');
    if (!Number.isNaN(at)) return at;
  }
  return undefined;
}

function eventView({ id, kind, state, created_at: createdAt, tries, attempts, finished_at: finishedAt }: DeliveryRow) {
  return {
    slug: id,
    event_id: id,
    event_type: eventTypes[kind as WebhookEvent] ?? kind,
    status: state === 'delivered' ? 'success' : state,
    retry_count: Math.max(0, tries - 1),
    response_status: attempts.at(-1)?.status ?? null,
    created_at: instantOf(createdAt),
    finished_at: finishedAt === null ? null : instantOf(finishedAt),
  };
}
