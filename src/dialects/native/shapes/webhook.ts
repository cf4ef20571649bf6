/** Webhooks, and the log of what they were told. */

import { toIso } from '../../../core/clock.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { type Static, Type } from '../../../core/schema.ts';
import { type DeliveryRow, webhookEvents } from '../../../core/system-rows.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import type { WebhookView } from '../../../core/webhooks/webhook-view.ts';
import { withFieldNames } from '../filter-names.ts';
import { id, named, namedBody, nullable, time } from './parts.ts';

const events = Type.Array(Type.Enum([...webhookEvents]), {
  minItems: 1,
  maxItems: webhookEvents.length,
  description:
    '`record.submitted`: created through a form; where it is not asked for, such records count as created. `notification.sent`: for webhooks without a table.',
});
const url = Type.String({
  maxLength: 2048,
  description: 'http or https; private addresses are refused unless the operator allows them.',
  examples: ['https://example.com/hooks/orders'],
});
const filter = Type.Unsafe<Json>({
  anyOf: [{ type: 'object' }, { type: 'null' }],
  description:
    'A filter tree, as for records: only what matches is told. It is asked of the record after the change, or before it is deleted.',
});
const fields = nullable(
  Type.Array(Type.String(), { description: 'Fields that are told, by name or id; null: all that the key may read.' }),
);
const headers = Type.Record(Type.String(), Type.String(), { description: 'Headers to send along.' });
const webhookName = Type.String({ maxLength: 255 });
const secret = nullable(
  Type.String({
    description: 'Signs every request (Standard Webhooks). Left out: a new one is made. Null: nothing is signed.',
    examples: ['whsec_…'],
  }),
);

const inputProperties = {
  name: Type.Optional(webhookName),
  filter: Type.Optional(filter),
  fields: Type.Optional(fields),
  headers: Type.Optional(headers),
  secret: Type.Optional(secret),
  is_enabled: Type.Optional(Type.Boolean()),
};

export const webhookInput = namedBody(
  'WebhookInput',
  {
    table: Type.Optional(nullable(Type.String({ description: 'Id of the table; left out for notifications.' }))),
    url,
    events,
    ...inputProperties,
  },
  { examples: [{ table: '4fT9xQ2LmZ8sKdPa', url: 'https://example.com/hooks/orders', events: ['record.created'] }] },
);

export const webhookPatch = namedBody('WebhookPatch', {
  url: Type.Optional(url),
  events: Type.Optional(events),
  ...inputProperties,
});

const webhookProperties = {
  id: id(),
  app_id: id(),
  table_id: nullable(id()),
  format: Type.String({ description: 'Whose payloads it gets: `native` for those made here.', examples: ['native'] }),
  name: webhookName,
  url,
  events: Type.Array(Type.Enum([...webhookEvents])),
  filter,
  fields: nullable(Type.Array(Type.String({ description: 'Id of a field.' }))),
  headers: Type.Array(Type.String(), { description: 'Names of the headers that are sent along.' }),
  has_secret: Type.Boolean(),
  is_enabled: Type.Boolean(),
  failing_since: nullable(time('First failure since the last success.')),
  last_success_at: nullable(time('Written down once a minute at most.')),
  last_error: nullable(Type.String()),
  switched_off_at: nullable(time('When the server switched it off after 5 days of failure.')),
  created_at: time(),
  updated_at: time(),
};

export const webhookShape = named('Webhook', webhookProperties);
export const createdWebhookShape = named('CreatedWebhook', { ...webhookProperties, secret: nullable(Type.String()) });
export const webhookSecretsShape = named('WebhookSecrets', {
  secret: nullable(Type.String()),
  headers: Type.Record(Type.String(), Type.String()),
});

export const attemptShape = Type.Object({
  at: time(),
  status: nullable(Type.Integer({ description: 'Null when no answer came.' })),
  duration_ms: Type.Integer(),
  error: nullable(Type.String()),
  answer: nullable(Type.String({ description: "The answer's first 500 characters." })),
});

const eventProperties = {
  id: Type.String({ description: 'The same in every attempt: header `webhook-id`.' }),
  type: Type.String({ examples: ['record.created'] }),
  created_at: time(),
  state: Type.Enum(['pending', 'delivered', 'failed']),
  next_attempt_at: nullable(time()),
  finished_at: nullable(time()),
  attempts: Type.Array(attemptShape),
  record_id: nullable(Type.Integer()),
};

export const eventShape = named('WebhookEvent', eventProperties);
export const eventDetailShape = named('WebhookEventDetail', {
  ...eventProperties,
  payload: Type.Unknown({ description: 'As it is sent now; null once it is cleared, 30 days after the last attempt.' }),
});

const isoOrNull = (ms: number | null) => (ms === null ? null : toIso(ms));

export function webhookView(webhook: WebhookView, table: TableSchema | undefined): Static<typeof webhookShape> {
  const own = (webhook.foreign.native ?? {}) as { readonly filter?: Json };
  return {
    id: webhook.id,
    app_id: webhook.app_id,
    table_id: webhook.table_id,
    format: webhook.format,
    name: webhook.name,
    url: webhook.url,
    events: [...webhook.events],
    filter: own.filter === undefined ? null : withFieldNames(table, own.filter),
    fields: webhook.fields === null ? null : [...webhook.fields],
    headers: [...webhook.header_names],
    has_secret: webhook.has_secret,
    is_enabled: webhook.is_enabled === 1,
    failing_since: isoOrNull(webhook.failing_since),
    last_success_at: isoOrNull(webhook.last_success_at),
    last_error: webhook.last_error,
    switched_off_at: isoOrNull(webhook.switched_off_at),
    created_at: toIso(webhook.created_at),
    updated_at: toIso(webhook.updated_at),
  };
}

function attemptViews(row: DeliveryRow): Static<typeof attemptShape>[] {
  return row.attempts.map((attempt) => ({ ...attempt, at: toIso(attempt.at) }));
}

export function eventView(row: DeliveryRow): Static<typeof eventShape> {
  const content = row.content as { readonly record_id?: number } | null;
  return {
    id: row.id,
    type: row.kind,
    created_at: toIso(row.created_at),
    state: row.state,
    next_attempt_at: isoOrNull(row.due_at),
    finished_at: isoOrNull(row.finished_at),
    attempts: attemptViews(row),
    record_id: content?.record_id ?? null,
  };
}
