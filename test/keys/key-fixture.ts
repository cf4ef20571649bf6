/** A core over a real store in a new directory, with a clock that tests move and a count of what reaches the store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Actor, Core } from '../../src/core/context.ts';
import { createCore } from '../../src/core/core.ts';
import { newId } from '../../src/core/ids.ts';
import { every } from '../../src/core/keys/key-actor.ts';
import { ensurePlans } from '../../src/core/limits/ensure-plans.ts';
import type { Store } from '../../src/core/store.ts';
import { type Role, roleVerbs } from '../../src/core/workspaces/roles.ts';
import { openStore } from '../../src/store/index.ts';

export const address = '198.51.100.7';

export interface KeyFixture {
  readonly core: Core;
  readonly clock: { now(): number; monotonic(): number; advance(ms: number): void };
  /** Calls that reached the store since the start. */
  readonly traffic: { reads: number; writes: number };
  readonly owner: Actor;
  readonly ownerId: string;
  readonly workspaceId: string;
  readonly appId: string;
  addUser(workspaceId: string, role: Role): Promise<string>;
  addWorkspace(ownerId: string, planId?: string): Promise<string>;
  addApp(workspaceId: string): Promise<string>;
  /** A table row without a physical table, with these fields. */
  addTable(appId: string, fields?: readonly string[]): Promise<string>;
  setRole(userId: string, role: Role): Promise<void>;
}

/** A person: acts with one role in some workspaces, and in no other. */
export function person(userId: string, roles: Readonly<Record<string, Role>>): Actor {
  const bits = (workspaceId: string) => {
    const role = roles[workspaceId];
    return role === undefined ? 0 : roleVerbs[role];
  };
  return {
    label: `user:${userId}`,
    userId,
    keyId: null,
    workspaceId: null,
    appId: null,
    address,
    isMember: (workspaceId) => roles[workspaceId] !== undefined,
    grant: (table) => ({ verbs: bits(table.workspaceId), readable: null, writable: null }),
    verbs: (workspaceId) => bits(workspaceId),
  };
}

export async function openKeyFixture(context: TestContext): Promise<KeyFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'tessera-keys-'));
  let at = 1_800_000_000_000;
  const clock = {
    now: () => at,
    monotonic: () => at,
    advance(ms: number) {
      at += ms;
    },
  };
  const store = await openStore({ databaseUrl: `sqlite:${join(directory, 'tessera.db')}`, clock });
  context.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const traffic = { reads: 0, writes: 0 };
  const settings = {
    publicUrl: 'http://127.0.0.1:3737',
    areLimitsOn: true,
    allowPrivateWebhooks: false,
    tokenTtlSeconds: 30,
  };
  const core = createCore({ store: counted(store, traffic), clock, masterKey: Buffer.alloc(32, 9), settings });

  async function addWorkspace(ownerId: string, planId = 'business'): Promise<string> {
    const id = newId();
    await store.write(async (tx) => {
      const times = { created_by: ownerId, created_at: at, updated_at: null };
      await tx.insert('workspaces', {
        id,
        name: 'Workspace',
        description: null,
        plan_id: planId,
        limits: {},
        ...times,
      });
      await tx.insert('memberships', { workspace_id: id, user_id: ownerId, role: 'owner', created_at: at });
    });
    core.events.emit('catalog.changed', { workspaceId: id, tableId: null });
    return id;
  }

  async function addUser(workspaceId: string | null, role: Role): Promise<string> {
    const id = newId();
    const email = `${id.toLowerCase()}@example.com`;
    await store.write(async (tx) => {
      await tx.insert('users', { id, email, name: 'A', surname: 'B', is_disabled: 0, created_at: at, updated_at: at });
      if (workspaceId !== null) {
        await tx.insert('memberships', { workspace_id: workspaceId, user_id: id, role, created_at: at });
      }
    });
    return id;
  }

  async function addApp(workspaceId: string): Promise<string> {
    const id = newId();
    const colors = { color: null, is_api_enabled: 1, limits: {}, foreign: {} } as const;
    const times = { created_by: 'x', created_at: at, updated_at: at };
    await store.write((tx) =>
      tx.insert('apps', { id, workspace_id: workspaceId, name: 'App', description: null, ...colors, ...times }),
    );
    return id;
  }

  await store.write(ensurePlans);
  const ownerId = await addUser(null, 'owner');
  const workspaceId = await addWorkspace(ownerId);
  const appId = await addApp(workspaceId);

  return {
    core,
    clock,
    traffic,
    owner: person(ownerId, { [workspaceId]: 'owner' }),
    ownerId,
    workspaceId,
    appId,
    addUser,
    addWorkspace,
    addApp,
    async addTable(tableAppId, fields = []) {
      const id = newId();
      const shared = { foreign: {}, position: 0, created_at: at, updated_at: at };
      await store.write(async (tx) => {
        const number = await tx.nextNumber('tables');
        const row = { id, number, app_id: tableAppId, name: id, description: null, role: null, version: 1 };
        await tx.insert('tables', { ...row, ...shared, created_by: null });
        for (const fieldId of fields) {
          const field = {
            id: fieldId,
            table_id: id,
            name: fieldId,
            type: 'text',
            options: {},
            default_value: null,
          } as const;
          const flags = { is_required: 0, is_unique: 0, is_indexed: 0, column_name: `c_${fieldId}` } as const;
          await tx.insert('fields', { ...field, ...flags, ...shared });
        }
      });
      return id;
    },
    async setRole(userId, role) {
      await store.write((tx) => tx.update('memberships', { workspace_id: workspaceId, user_id: userId }, { role }));
      core.events.emit('keys.changed', { keyId: null });
    },
  };
}

function counted(store: Store, traffic: { reads: number; writes: number }): Store {
  return {
    ...store,
    find: (table, where) => {
      traffic.reads += 1;
      return store.find(table, where);
    },
    list: (table, where, options) => {
      traffic.reads += 1;
      return store.list(table, where, options);
    },
    count: (table, where) => {
      traffic.reads += 1;
      return store.count(table, where);
    },
    write: (work) => {
      traffic.writes += 1;
      return store.write(work);
    },
  };
}

/** The secret of this part, which must be there. */
export function plainOf(secrets: { readonly [part: string]: string | undefined }, part = 'key'): string {
  const secret = secrets[part];
  if (secret === undefined) throw new Error(`no secret "${part}"`);
  return secret;
}

export const readAll = [{ table: every, verbs: ['read'] }] as const;
export const doAll = [{ table: every, verbs: ['*'] }] as const;
