/** Finds whom a notification is for: a record of the table that is marked as the app's users. */
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type Field, Refusal } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { StoredRow } from '../records/query.ts';
import { recordId } from '../records/record-view.ts';
import type { TableSchema } from '../tables/table-schema.ts';

/** One of the three; where there are several the id counts, then the e-mail address. */
export interface Audience {
  readonly id?: number | undefined;
  readonly email?: string | undefined;
  readonly username?: string | undefined;
}

export interface AppUser {
  readonly table: TableSchema;
  readonly id: number;
  readonly email: string | null;
  readonly username: string | null;
}

/** The table whose records are the app's users. */
export async function usersTable(core: Core, appId: string): Promise<TableSchema | undefined> {
  return (await core.catalog.tablesOf(appId)).find(({ role }) => role === 'users');
}

/** @throws user_not_found */
export async function findUser(core: Core, table: TableSchema, audience: Audience): Promise<AppUser> {
  const row = await rowOf(core, table, audience);
  if (row === undefined) throw new AppError('user_not_found');
  const text = (field: Field | undefined) =>
    field === undefined ? null : ((row[field.slot] as string | null) ?? null);
  return { table, id: recordId(row), email: text(emailField(table)), username: text(usernameField(table)) };
}

async function rowOf(core: Core, table: TableSchema, audience: Audience): Promise<StoredRow | undefined> {
  const { id, email, username } = audience;
  if (id !== undefined) return Number.isSafeInteger(id) && id > 0 ? core.store.records.get(table, id) : undefined;
  if (email !== undefined) return rowWith(core, table, emailField(table), email);
  return rowWith(core, table, usernameField(table), username);
}

/** The oldest record with this value: only e-mail addresses are unique by themselves. */
async function rowWith(
  core: Core,
  table: TableSchema,
  field: Field | undefined,
  value: string | undefined,
): Promise<StoredRow | undefined> {
  if (field === undefined || value === undefined) return undefined;
  const type = fieldTypes[field.type];
  const parsed = type.parse(value, field);
  if (parsed instanceof Refusal || parsed === null) return undefined;
  const stored = type.toStored(parsed, field);
  if (stored === null) return undefined;
  const [row] = await core.store.records.page(table, { filter: { op: 'eq', field, value: stored }, limit: 1 });
  return row;
}

function emailField(table: TableSchema): Field | undefined {
  return table.fields.find(({ type }) => type === 'email');
}

function usernameField(table: TableSchema): Field | undefined {
  return table.fields.find(({ type, name }) => type === 'text' && /^user[ _-]?name$/i.test(name));
}
