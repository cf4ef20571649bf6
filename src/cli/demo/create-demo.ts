/** Fills an app with the demo: two tables that are related both ways, and their records, through the core's operations. */
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { batchRecords } from '../../core/records/batch-records.ts';
import type { RecordInput } from '../../core/records/read-input.ts';
import { recordId } from '../../core/records/record-view.ts';
import { createTable } from '../../core/tables/create-table.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { customerRows, orderNumber, orderRows } from './demo-rows.ts';
import { customerFields, demoTables, orderFields } from './demo-tables.ts';

export async function createDemo(core: Core, actor: Actor, appId: string): Promise<readonly TableSchema[]> {
  // The customers are the users of the app: notifications can be sent to them from the start.
  const users = { name: demoTables.customers, role: 'users', fields: customerFields } as const;
  const { id } = await createTable(core, actor, appId, users);
  const orders = await createTable(core, actor, appId, { name: demoTables.orders, fields: orderFields(id) });
  // Read again: the orders gave it the other side of their relation.
  const customers = await core.catalog.table(id);
  if (customers === undefined) throw new AppError('table_not_found');
  const names = customerFields.map(({ name }) => name);
  const customerIds = await insert(
    core,
    actor,
    customers,
    customerRows.map((row) => input(customers, names, row)),
  );
  await insert(
    core,
    actor,
    orders,
    orderRows.map(([customer, ...row], index) => {
      const linked = customerIds[customer - 1];
      const values = [orderNumber(index + 1), linked === undefined ? [] : [linked], ...row];
      return input(
        orders,
        orders.fields.map(({ name }) => name),
        values,
      );
    }),
  );
  return [customers, orders];
}

function input(table: TableSchema, names: readonly string[], values: readonly unknown[]): RecordInput {
  return names.flatMap((name, at) => {
    const field = table.fieldByName.get(name);
    return field === undefined ? [] : [[field, values[at] ?? null] as const];
  });
}

async function insert(core: Core, actor: Actor, table: TableSchema, create: readonly RecordInput[]): Promise<number[]> {
  const result = await batchRecords(core, actor, table, { create, update: [], delete: [] });
  return 'created' in result ? result.created.map(({ row }) => recordId(row)) : [];
}
