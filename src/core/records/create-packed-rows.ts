/** Creates many records that were read and packed before: what `createRows` does, with nothing left to do per row but the writing. */
import type { Actor, Core } from '../context.ts';
import { noteOrigins } from '../forms/note-origins.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import { type PackedRows, UniqueViolation } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { webhooksOn } from '../webhooks/queue-record-events.ts';
import { writeAgainst } from './write-against.ts';

/**
 * Creates all rows or none. `known` is the table by which they were read. False: they have to be written by their values,
 * because the table was changed since, somebody is to be told of each record, or a value is not unique.
 */
export async function createPackedRows(
  core: Core,
  actor: Actor,
  known: TableSchema,
  rows: PackedRows,
  once?: Once<void>,
): Promise<boolean> {
  requireVerb(actor, known, 'create');
  try {
    await writeAgainst(
      core,
      actor,
      known,
      [],
      once,
      async ({ version }) => {
        if (version !== known.version) throw new NotAsPacked();
      },
      async (scope, table) => {
        const hooks = await webhooksOn(scope, table);
        if (hooks !== null && hooks.length > 0) throw new NotAsPacked();
        const { tx, now } = scope;
        const ids = await tx.records.insertPacked(table, rows, now, actor.userId, actor.label);
        if (actor.origin !== undefined) await noteOrigins(core, tx, table.id, ids, actor.origin, now);
      },
    );
    return true;
  } catch (error) {
    if (error instanceof NotAsPacked || error instanceof UniqueViolation) return false;
    throw error;
  }
}

class NotAsPacked extends Error {}
