/** Basic user objects (wire/retable.md §3.3): `{id, name, surname, email}`, four texts. */
import type { Core } from '../../core/context.ts';
import type { Stored } from '../../core/fields/field-type.ts';
import type { StoredRow } from '../../core/records/query.ts';
import type { UserRow } from '../../core/system-rows.ts';
import { systemColumns } from '../../core/tables/table-schema.ts';

export interface People {
  /** The basic object as JSON text. A thing that the server itself made is shown as made by the owner of its project. */
  json(id: Stored | undefined): string;
  /** `''` for nobody. */
  email(id: Stored | undefined): string;
}

const texts = new WeakMap<UserRow, string>();

function basicUser(user: UserRow): string {
  let text = texts.get(user);
  if (text === undefined) {
    const { id, name, surname, email } = user;
    text = JSON.stringify({ id, name, surname, email });
    texts.set(user, text);
  }
  return text;
}

function peopleOf(find: (id: string) => UserRow | undefined, ownerId: string): People {
  const named = (id: Stored | undefined) => (typeof id === 'string' ? id : ownerId);
  return {
    json(id) {
      const user = find(named(id));
      return user === undefined ? JSON.stringify({ id: named(id), name: '', surname: '', email: '' }) : basicUser(user);
    },
    email: (id) => (typeof id === 'string' ? (find(id)?.email ?? '') : ''),
  };
}

/** The people with these ids; null stands for the owner. */
export async function peopleWith(core: Core, ids: readonly (string | null)[], ownerId: string): Promise<People> {
  const found = await core.users.find([ownerId, ...ids.filter((id) => id !== null)]);
  return peopleOf((id) => found.get(id), ownerId);
}

/** The people whom these rows name in the given slots; at once where all of them are in memory. */
export function peopleIn(
  core: Core,
  appId: string,
  rows: readonly StoredRow[],
  slots: readonly number[],
): People | Promise<People> {
  const missing: string[] = [];
  let isOwnerNeeded = false;
  for (const slot of slots) {
    // The rows of one page were mostly made by the same person.
    let last: Stored | undefined;
    for (const row of rows) {
      const id = row[slot];
      if (id === last) continue;
      last = id;
      // Nobody in a cell is nobody; nobody as the maker of a row is the server, shown as the owner.
      if (typeof id !== 'string') isOwnerNeeded ||= slot < systemColumns.length;
      else if (core.users.now(id) === undefined) missing.push(id);
    }
  }
  if (!isOwnerNeeded && missing.length === 0) return peopleOf((id) => core.users.now(id), '');
  return load(core, appId, missing);
}

async function load(core: Core, appId: string, missing: readonly string[]): Promise<People> {
  const ownerId = (await core.catalog.app(appId))?.created_by ?? '';
  const found = await core.users.find([...missing, ownerId]);
  return peopleOf((id) => found.get(id) ?? core.users.now(id), ownerId);
}
