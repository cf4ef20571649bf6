import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { openTable } from '../permit.ts';
import type { TableSchema } from './table-schema.ts';

/** A table on which the actor may do anything at all. @throws table_not_found, scope_missing, role_insufficient */
export async function getTable(core: Core, actor: Actor, id: string): Promise<TableSchema> {
  const table = await openTable(core, actor, id);
  if (actor.grant(table).verbs !== 0) return table;
  if (actor.keyId === null) throw new AppError('role_insufficient');
  throw new AppError('scope_missing', 'This key has no scope on this table.');
}
