import { createIndexOf } from '../fields/add-field.ts';
import type { Tx } from '../store.ts';
import type { TableSchema } from './table-schema.ts';

/** Makes the first e-mail of a table unique: it becomes the one that tells the app's users apart. @throws value_not_unique */
export async function makeEmailUnique(tx: Tx, table: TableSchema): Promise<void> {
  const field = table.fields.find((one) => one.type === 'email');
  if (field === undefined || field.isUnique) return;
  const row = await tx.find('fields', { id: field.id });
  if (row === undefined) return;
  await tx.update('fields', { id: field.id }, { is_unique: 1 });
  if (field.isIndexed) await tx.schema.dropIndex(table, field);
  await createIndexOf(tx, table, { ...row, is_unique: 1 });
}
