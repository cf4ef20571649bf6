/** Who asks, and the table that the path names. */

import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { actorAt } from '../../core/keys/key-actor.ts';
import { openTable } from '../../core/permit.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { addressOf } from '../../http/address-of.ts';

export interface Target {
  readonly actor: Actor;
  readonly table: TableSchema;
}

/** The id in the path. */
export function idOf(request: FastifyRequest): string {
  return (request.params as { readonly id: string }).id;
}

/** The actor with the address that the audit names. */
export function actorOf(request: FastifyRequest): Actor {
  if (request.call === null) throw new AppError('credential_missing');
  return actorAt(request.call.actor, addressOf(request));
}

/** @throws table_not_found */
export async function targetOf(core: Core, request: FastifyRequest): Promise<Target> {
  const { call } = request;
  if (call === null) throw new AppError('credential_missing');
  const opened = openTable(core, call.actor, idOf(request));
  const table = opened instanceof Promise ? await opened : opened;
  call.tableId = table.id;
  return { actor: call.actor, table };
}

/** As `targetOf`, for what leaves an entry in the audit. */
export async function auditedTargetOf(core: Core, request: FastifyRequest): Promise<Target> {
  const { table } = await targetOf(core, request);
  return { actor: actorOf(request), table };
}
