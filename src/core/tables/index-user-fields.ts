import { createIndexOf } from '../fields/add-field.ts';
import type { Tx } from '../store.ts';
import type { TableSchema } from './table-schema.ts';
import { emailField, usernameField } from './user-fields.ts';

/**
 * Makes a table ready to hold the app's users: its first e-mail becomes unique, since it tells them apart, and its username
 * is found without reading every record. @throws value_not_unique
 */
export async function indexUserFields(tx: Tx, table: TableSchema): Promise<void> {
  const email = emailField(table.fields);
  if (email !== undefined && !email.isUnique) await setFlag(tx, table, email, 'is_unique');
  const username = usernameField(table.fields);
  if (username !== undefined && !username.isUnique && !username.isIndexed) {
    await setFlag(tx, table, username, 'is_indexed');
  }
}

async function setFlag(
  tx: Tx,
  table: TableSchema,
  field: TableSchema['fields'][number],
  flag: 'is_unique' | 'is_indexed',
): Promise<void> {
  const row = await tx.find('fields', { id: field.id });
  if (row === undefined) return;
  await tx.update('fields', { id: field.id }, { [flag]: 1 });
  if (field.isIndexed) await tx.schema.dropIndex(table, field);
  await createIndexOf(tx, table, { ...row, [flag]: 1 });
}
