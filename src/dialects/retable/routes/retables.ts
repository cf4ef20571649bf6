/** `/retable` and its columns (wire/retable.md §5). */
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { createFields } from '../../../core/fields/create-field.ts';
import { deleteFields } from '../../../core/fields/delete-field.ts';
import { requireVerb } from '../../../core/permit.ts';
import { deleteTable } from '../../../core/tables/delete-table.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import type { AddRoute } from '../add-route.ts';
import { findColumn } from '../fields.ts';
import { readBody, readColumnReferences, readNewColumns } from '../read-body.ts';
import { sendData } from '../send.ts';
import { auditedTargetOf, targetOf } from '../target.ts';
import { columnAges, columnsText, makersOf, retableText } from '../things.ts';

export function retableRoutes(core: Core, add: AddRoute): void {
  add('GET', '/retable/:id', 'read', async (request, reply) => {
    const { actor, table } = await targetOf(core, request);
    requireVerb(actor, table, 'read');
    const owner = (await core.catalog.app(table.appId))?.created_by ?? '';
    return sendData(reply, 200, retableText(table, await makersOf(core, [table], owner)));
  });

  // No client calls it; without it a table could not be deleted through this API.
  add('DELETE', '/retable/:id', 'schema', async (request, reply) => {
    const { actor, table } = await auditedTargetOf(core, request);
    await deleteTable(core, actor, table);
    return sendData(reply, 200, `{"retable_title":${JSON.stringify(table.name)}}`);
  });

  add('POST', '/retable/:id/column', 'schema', async (request, reply) => {
    const { actor, table } = await auditedTargetOf(core, request);
    requireVerb(actor, table, 'schema');
    const columns = readNewColumns(table, readBody(request.body));
    if (columns.length > 0) await createFields(core, actor, table, columns);
    return sendData(reply, 201, await allColumns(core, table));
  });

  add('DELETE', '/retable/:id/column', 'schema', async (request, reply) => {
    const { actor, table } = await auditedTargetOf(core, request);
    requireVerb(actor, table, 'schema');
    const references = readColumnReferences(readBody(request.body));
    const fields = new Set(references.flatMap((reference) => findColumn(table, reference) ?? []));
    if (fields.size > 0) await deleteFields(core, actor, table, [...fields]);
    return sendData(reply, 200, await allColumns(core, table));
  });
}

/** The columns of the table as they are now. */
async function allColumns(core: Core, before: TableSchema): Promise<string> {
  const table = await core.catalog.table(before.id);
  if (table === undefined) throw new AppError('table_not_found');
  return `{"columns":${columnsText(table, await columnAges(core, [table]))}}`;
}
