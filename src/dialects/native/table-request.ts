/** The table, and the field, that a request about their description names. */
import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import type { Field } from '../../core/fields/field-type.ts';
import { getTable } from '../../core/tables/get-table.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { knownField } from './known-fields.ts';
import { actorOf, callOf } from './request-actor.ts';

type Request<P> = Pick<FastifyRequest, 'call' | 'ip'> & { readonly params: P };

/** @throws table_not_found, scope_missing */
export async function tableOf(
  core: Core,
  request: Request<{ readonly table: string }>,
): Promise<{ readonly actor: Actor; readonly table: TableSchema }> {
  const actor = actorOf(request);
  const table = await getTable(core, actor, request.params.table);
  callOf(request).tableId = table.id;
  return { actor, table };
}

/** By id, or by name. @throws field_not_found, and as `tableOf` */
export async function fieldOf(
  core: Core,
  request: Request<{ readonly table: string; readonly field: string }>,
): Promise<{ readonly actor: Actor; readonly table: TableSchema; readonly field: Field }> {
  const { actor, table } = await tableOf(core, request);
  const field = knownField(table, actor.grant(table), request.params.field);
  if (field === undefined) throw new AppError('field_not_found');
  return { actor, table, field };
}
