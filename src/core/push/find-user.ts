/** Finds whom a notification is for: a record of the table that is marked as the app's users. */
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { type Field, Refusal } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { type Projection, projectionOf, type StoredRow } from '../records/query.ts';
import { recordId } from '../records/record-view.ts';
import type { Reads } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { emailField, usernameField } from '../tables/user-fields.ts';

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

interface UserFields {
  readonly email: Field | undefined;
  readonly username: Field | undefined;
  /** What is read of a user. */
  readonly projection: Projection;
}

const known = new WeakMap<TableSchema, UserFields>();

function fieldsOf(table: TableSchema): UserFields {
  let fields = known.get(table);
  if (fields === undefined) {
    const email = emailField(table.fields);
    const username = usernameField(table.fields);
    const slots = [email, username].flatMap((field) => (field === undefined ? [] : [field.slot]));
    fields = { email, username, projection: projectionOf([0, ...slots]) };
    known.set(table, fields);
  }
  return fields;
}

/** @throws user_not_found */
export async function findUser(on: Reads, table: TableSchema, audience: Audience): Promise<AppUser> {
  const fields = fieldsOf(table);
  const row = await rowOf(on, table, fields, audience);
  if (row === undefined) throw new AppError('user_not_found');
  const text = (field: Field | undefined) =>
    field === undefined ? null : ((row[field.slot] as string | null) ?? null);
  return { table, id: recordId(row), email: text(fields.email), username: text(fields.username) };
}

async function rowOf(
  on: Reads,
  table: TableSchema,
  { email, username, projection }: UserFields,
  audience: Audience,
): Promise<StoredRow | undefined> {
  const { id } = audience;
  if (id !== undefined) return Number.isSafeInteger(id) && id > 0 ? on.records.get(table, id) : undefined;
  const isByEmail = audience.email !== undefined;
  const [field, value] = isByEmail ? [email, audience.email] : [username, audience.username];
  if (field === undefined || value === undefined) return undefined;
  const type = fieldTypes[field.type];
  const parsed = type.parse(value, field);
  if (parsed instanceof Refusal || parsed === null) return undefined;
  const stored = type.toStored(parsed, field);
  if (stored === null) return undefined;
  // The oldest record with this value: only e-mail addresses are unique by themselves.
  const [row] = await on.records.page(table, { filter: { op: 'eq', field, value: stored }, projection, limit: 1 });
  return row;
}
