/** What was done: `/usage`, `/audit` and `/changes`. */

import { listAudit } from '../../../core/audit/list-audit.ts';
import { type Change, listChanges } from '../../../core/changes/list-changes.ts';
import { toIso } from '../../../core/clock.ts';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import type { Field, Json } from '../../../core/fields/field-type.ts';
import { storedToJson } from '../../../core/fields/parse-value.ts';
import { type Static, Type } from '../../../core/schema.ts';
import { readUsage, type UsageDimension, usageDimensions } from '../../../core/usage/read-usage.ts';
import { actorOf } from '../request-actor.ts';
import { auditShape, auditView, changeShape, usageShape, usageView } from '../shapes/log.ts';
import { pageOf, pathOf, time } from '../shapes/parts.ts';
import type { NativeScope } from '../typed-scope.ts';

const span = {
  from: Type.Optional(time('From when, included.')),
  to: Type.Optional(time('Until when, not included.')),
};
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 }));
const cursor = Type.Optional(Type.String({ maxLength: 20, description: 'Where the page before ended: its `next`.' }));

const usageQuery = Type.Object(
  {
    ...span,
    by: Type.Optional(
      Type.String({ description: `What sums tell apart: ${usageDimensions.join(', ')}.`, examples: ['key,verb,hour'] }),
    ),
  },
  { additionalProperties: false },
);

const auditQuery = Type.Object(
  {
    ...span,
    action: Type.Optional(Type.String({ examples: ['key.create'] })),
    target: Type.Optional(Type.String()),
    user: Type.Optional(Type.String()),
    key: Type.Optional(Type.String()),
    limit,
    cursor,
  },
  { additionalProperties: false },
);

const changesQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        pattern: '^\\d{1,15}$',
        default: '0',
        description: 'The `seq` of the last change seen; 0: from the beginning.',
      }),
    ),
    cursor: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: 'As `after`.' })),
    table: Type.Optional(Type.String({ description: 'Only this table.' })),
    keys: Type.Optional(Type.Enum(['name', 'id'], { description: 'How fields are keyed in the answer.' })),
    limit,
  },
  { additionalProperties: false },
);

const minuteMs = 60_000;
const dayMs = 86_400_000;

export function logRoutes(scope: NativeScope, core: Core): void {
  for (const { path, place, param, named } of places) {
    scope.get(
      `${path}/usage`,
      {
        schema: {
          tags: ['usage'],
          operationId: `read${named}Usage`,
          summary: 'Calls counted, the last 24 hours unless a time is given',
          description: 'Lags up to 5 s.',
          params: pathOf(param),
          querystring: usageQuery,
          response: { 200: pageOf(usageShape) },
        },
        config: { verb: 'manage' },
      },
      async (request) => {
        // Up to the end of the minute that is now: what was just counted is in it.
        const to = instant(request.query.to) ?? core.clock.now() + minuteMs;
        const from = instant(request.query.from) ?? to - dayMs;
        const by = dimensionsOf(request.query.by);
        const sums = await readUsage(core, actorOf(request), { [place]: request.params[param], from, to, ...by });
        return { data: sums.map(usageView), next: null };
      },
    );
  }

  for (const { path, place, param, named } of places) {
    if (place === 'keyId') continue;
    scope.get(
      `${path}/audit`,
      {
        schema: {
          tags: ['audit'],
          operationId: `list${named}Audit`,
          summary: 'Who did what, when, from where; latest first',
          params: pathOf(param),
          querystring: auditQuery,
          response: { 200: pageOf(auditShape) },
        },
        config: { verb: 'manage' },
      },
      async (request) => {
        const { from, to, user, key, ...rest } = request.query;
        const page = await listAudit(core, actorOf(request), {
          ...rest,
          [place]: request.params[param],
          ...(from === undefined ? {} : { from: Date.parse(from) }),
          ...(to === undefined ? {} : { to: Date.parse(to) }),
          ...(user === undefined ? {} : { userId: user }),
          ...(key === undefined ? {} : { keyId: key }),
        });
        return { data: page.data.map(auditView), next: page.next };
      },
    );
  }

  scope.get(
    '/api/v1/apps/:app/changes',
    {
      schema: {
        tags: ['changes'],
        operationId: 'listChanges',
        summary: 'What changed in the records of an app, in order',
        description:
          'Follow `next` while there is one; then ask again `after` the `seq` of the last change seen. A page can be short, even empty, and still have a `next`.',
        params: pathOf('app'),
        querystring: changesQuery,
        response: { 200: pageOf(changeShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { after = '0', cursor: next, table, keys, limit: most = 100 } = request.query;
      const page = await listChanges(core, actorOf(request), request.params.app, {
        after: Number(next ?? after),
        limit: most,
        ...(table === undefined ? {} : { tableId: table }),
      });
      const data = page.changes.map((change) => changeView(change, keys === 'id'));
      return { data, next: page.next === null ? null : String(page.next) };
    },
  );
}

const places = [
  { path: '/api/v1/apps/:app', place: 'appId', param: 'app', named: 'App' },
  { path: '/api/v1/workspaces/:workspace', place: 'workspaceId', param: 'workspace', named: 'Workspace' },
  { path: '/api/v1/keys/:key', place: 'keyId', param: 'key', named: 'Key' },
] as const;

function instant(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/** @throws parameter_invalid */
function dimensionsOf(text: string | undefined): { by?: readonly UsageDimension[] } {
  if (text === undefined) return {};
  const by = text.split(',').map((one) => one.trim());
  const isDimension = (one: string): one is UsageDimension => usageDimensions.some((known) => known === one);
  if (by.every(isDimension)) return { by };
  const message = `must be of ${usageDimensions.join(', ')}`;
  throw new AppError('parameter_invalid', `by: ${message}`, {
    issues: [{ field: 'by', code: 'parameter_invalid', message }],
  });
}

function changeView({ row, fields }: Change, isById: boolean): Static<typeof changeShape> {
  return {
    seq: row.seq,
    at: toIso(row.at),
    kind: row.kind,
    table_id: row.table_id,
    record_id: row.record_id,
    actor: row.actor,
    fields: Object.fromEntries(
      fields.map((field) => [isById ? field.id : field.name, shown(field, row.fields[field.id])]),
    ),
  };
}

/** The logged value as the field shows it today. What was logged before the field had its type may not fit: null then. */
function shown(field: Field, logged: Json | undefined): Json {
  if (logged === undefined || logged === null || typeof logged === 'object') return logged ?? null;
  try {
    return storedToJson(field, typeof logged === 'boolean' ? Number(logged) : logged);
  } catch {
    return null;
  }
}
