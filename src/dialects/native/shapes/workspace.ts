import { toIso } from '../../../core/clock.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { WorkspaceRow } from '../../../core/system-rows.ts';
import type { Member } from '../../../core/workspaces/members.ts';
import { roles } from '../../../core/workspaces/roles.ts';
import { description, id, limits, limitsInput, name, named, namedBody, nullable, time } from './parts.ts';

export const role = Type.Enum([...roles], {
  description: 'Owners and admins manage, editors write records, viewers read them.',
});

export const workspaceShape = named('Workspace', {
  id: id(),
  name,
  description: nullable(Type.String()),
  plan_id: Type.String({ examples: ['business'] }),
  limits,
  created_at: time(),
  updated_at: nullable(time()),
});

export const workspaceInput = namedBody('WorkspaceInput', { name, description: Type.Optional(description) });

export const workspacePatch = namedBody('WorkspacePatch', {
  name: Type.Optional(name),
  description: Type.Optional(description),
  plan_id: Type.Optional(Type.String({ examples: ['team'] })),
  limits: Type.Optional(limitsInput),
});

export function workspaceView(row: WorkspaceRow): Static<typeof workspaceShape> {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    plan_id: row.plan_id,
    limits: row.limits,
    created_at: toIso(row.created_at),
    updated_at: row.updated_at === null ? null : toIso(row.updated_at),
  };
}

export const memberShape = named('Member', {
  id: id('Id of the user.'),
  email: Type.String({ examples: ['ada@example.com'] }),
  name: Type.String({ examples: ['Ada'] }),
  surname: Type.String({ examples: ['Lovelace'] }),
  role,
  since: time(),
});

export const memberInput = namedBody('MemberInput', {
  email: Type.String({ maxLength: 254, examples: ['ada@example.com'] }),
  role,
  name: Type.Optional(Type.String({ maxLength: 255, description: 'For somebody who has no account yet.' })),
});

export const memberPatch = namedBody('MemberPatch', { role });

export function memberView({ user, role: held, since }: Member): Static<typeof memberShape> {
  return { id: user.id, email: user.email, name: user.name, surname: user.surname, role: held, since: toIso(since) };
}
