/** The people whom records, tables and apps name, from memory: loaded on first use, dropped when anybody changes. */
import type { Events } from '../events.ts';
import { createRecentMap } from '../recent-map.ts';
import type { Reads } from '../store.ts';
import type { UserRow } from '../system-rows.ts';

/** Users kept in memory at most. */
const usersMax = 10_000;

export interface UserDirectory {
  /** From memory, without waiting; undefined when the user is not there yet. */
  now(id: string): UserRow | undefined;
  /** The users that exist among these ids. */
  find(ids: Iterable<string>): Promise<ReadonlyMap<string, UserRow>>;
}

export function createUserDirectory(store: Reads, events: Events): UserDirectory {
  const known = createRecentMap<string, UserRow>(usersMax);
  /** Grows with every change: what was loaded while one was under way is not kept. */
  let generation = 0;

  // Told with no key in particular when a person, a role or a membership changes.
  events.on('keys.changed', ({ keyId }) => {
    if (keyId !== null) return;
    generation += 1;
    known.clear();
  });

  return {
    now: (id) => known.get(id),
    async find(ids) {
      const found = new Map<string, UserRow>();
      const missing: string[] = [];
      for (const id of new Set(ids)) {
        const user = known.get(id);
        if (user === undefined) missing.push(id);
        else found.set(id, user);
      }
      if (missing.length === 0) return found;
      const before = generation;
      for (const user of await store.list('users', { id: { in: missing } })) {
        found.set(user.id, user);
        if (before === generation) known.set(user.id, user);
      }
      return found;
    },
  };
}
