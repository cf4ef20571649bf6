import { toIso } from '../../../core/clock.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { AppRow } from '../../../core/system-rows.ts';
import { description, id, limits, limitsInput, name, named, namedBody, nullable, time } from './parts.ts';

const color = nullable(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', examples: ['#898cff'] }));

export const appShape = named('App', {
  id: id(),
  workspace_id: id(),
  name,
  description: nullable(Type.String()),
  color: nullable(Type.String()),
  is_api_enabled: Type.Boolean({ description: 'False: every key of the app is refused.' }),
  limits,
  created_at: time(),
  updated_at: time(),
});

export const appInput = namedBody('AppInput', {
  name,
  description: Type.Optional(description),
  color: Type.Optional(color),
});

export const appPatch = namedBody('AppPatch', {
  name: Type.Optional(name),
  description: Type.Optional(description),
  color: Type.Optional(color),
  is_api_enabled: Type.Optional(Type.Boolean()),
  limits: Type.Optional(limitsInput),
});

export function appView(row: AppRow): Static<typeof appShape> {
  return {
    id: row.id,
    workspace_id: row.workspace_id,
    name: row.name,
    description: row.description,
    color: row.color,
    is_api_enabled: row.is_api_enabled === 1,
    limits: row.limits,
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
  };
}
