import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { dropTableSubmissions } from '../forms/drop-submissions.ts';
import { requireVerb } from '../permit.ts';
import type { Tx } from '../store.ts';
import { dropWebhooksOf } from '../webhooks/delete-webhook.ts';
import { changeSchema, type Touch } from './change-schema.ts';
import type { TableSchema } from './table-schema.ts';

/** Deletes a table with its records, and the relation fields of other tables that point at it. */
export async function deleteTable(core: Core, actor: Actor, table: TableSchema): Promise<void> {
  requireVerb(actor, table, 'schema');
  await changeSchema(core, async (tx, touch) => {
    await dropTable(tx, await touch(table.id), touch);
    await appendAudit(tx, core, actor, {
      action: 'table.delete',
      target: table.id,
      workspaceId: table.workspaceId,
      appId: table.appId,
      detail: { name: table.name },
    });
  });
}

/** Inside a transaction. */
export async function dropTable(tx: Tx, table: TableSchema, touch: Touch): Promise<void> {
  for (const field of table.relations) {
    // A relation of the table to itself stands in the list twice; its join table goes with the first.
    if (field.options.target !== table.id || field.options.side === 'a') await tx.schema.dropLinks(field);
    const targetId = String(field.options.target);
    if (targetId !== table.id) await touch(targetId);
    await tx.remove('fields', { id: String(field.options.inverse) });
  }
  await tx.remove('push_devices', { table_id: table.id });
  await dropWebhooksOf(tx, table.id);
  await tx.remove('fields', { table_id: table.id });
  await dropTableSubmissions(tx, table.id);
  await tx.remove('tables', { id: table.id });
  await tx.schema.dropTable(table);
}
