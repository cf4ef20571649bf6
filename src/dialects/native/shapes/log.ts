/** What was done: usage, audit, changes. */

import { toIso } from '../../../core/clock.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { AuditRow } from '../../../core/system-rows.ts';
import type { UsageSum } from '../../../core/usage/read-usage.ts';
import { id, named, nullable, time } from './parts.ts';

export const usageShape = named('UsageSum', {
  app_id: Type.Optional(Type.String()),
  key_id: Type.Optional(id()),
  table_id: Type.Optional(nullable(Type.String({ description: 'Null for calls that touch no table.' }))),
  verb: Type.Optional(Type.String({ examples: ['read'] })),
  status: Type.Optional(
    Type.Integer({ description: '2, 4 or 5: class of the status; 401, 423 and 429 by themselves.', examples: [2] }),
  ),
  at: Type.Optional(time('Beginning of the minute, hour or day.')),
  calls: Type.Integer(),
});

export function usageView({ at, table_id: tableId, ...rest }: UsageSum): Static<typeof usageShape> {
  return {
    ...rest,
    ...(tableId === undefined ? {} : { table_id: tableId === '' ? null : tableId }),
    ...(at === undefined ? {} : { at: toIso(at) }),
  };
}

export const auditShape = named('AuditEntry', {
  seq: Type.Integer(),
  at: time(),
  action: Type.String({ examples: ['key.create'] }),
  target: Type.String({ description: 'Id of what it was done to.' }),
  workspace_id: nullable(Type.String()),
  app_id: nullable(Type.String()),
  user_id: nullable(Type.String()),
  key_id: nullable(Type.String({ description: 'The key that was used; null for a person or the server itself.' })),
  address: nullable(Type.String()),
  detail: Type.Unsafe<Readonly<Record<string, Json>>>({ type: 'object' }),
});

export function auditView(row: AuditRow): Static<typeof auditShape> {
  return {
    seq: row.seq,
    at: toIso(row.at),
    action: row.action,
    target: row.target,
    workspace_id: row.workspace_id,
    app_id: row.app_id,
    user_id: row.user_id,
    key_id: row.key_id,
    address: row.address,
    detail: row.detail,
  };
}

export const changeShape = named('Change', {
  seq: Type.Integer({ description: 'Ascending, never reused.' }),
  at: time(),
  kind: Type.Enum(['create', 'update', 'delete']),
  table_id: id(),
  record_id: Type.Integer(),
  actor: Type.String({ description: '`key:<id>`, `user:<id>` or `system`.' }),
  fields: Type.Unsafe<Readonly<Record<string, Json>>>({
    type: 'object',
    description: 'New values: all on create, the changed ones on update, none on delete.',
  }),
});
