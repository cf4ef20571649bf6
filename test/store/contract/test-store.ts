/** How the contract gets a store, and what several of its parts write into it. */
import { after, before } from 'node:test';
import type { Store } from '../../../src/core/store.ts';
import type { FieldRow, KeyRow, TableRow, UsageRow } from '../../../src/core/system-rows.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';

export interface TestStore {
  readonly store: Store;
  /** Closes the store and opens the same database again. */
  reopen(): Promise<Store>;
  /** Closes the store and removes its database. */
  remove(): Promise<void>;
}

export type OpenTestStore = () => Promise<TestStore>;

/** One empty store for the tests of a `describe`. */
export function testStore(open: OpenTestStore): () => Store {
  let opened: TestStore | undefined;
  before(async () => {
    opened = await open();
  });
  after(() => opened?.remove());
  return () => {
    if (opened === undefined) throw new Error('the store is opened before the tests, not while they are declared');
    return opened.store;
  };
}

export const at = '2026-03-05T09:07:11.042Z';

export async function createTables(store: Store, ...tables: readonly TableSchema[]): Promise<void> {
  await store.write(async (tx) => {
    for (const table of tables) await tx.schema.createTable(table);
  });
}

export function keyRow(id: string, patch: Partial<KeyRow> = {}): KeyRow {
  return {
    id,
    kind: 'native',
    workspace_id: 'w',
    app_id: 'a',
    user_id: 'u',
    name: id,
    scopes: [{ table: '*', verbs: ['read'] }],
    is_enabled: 1,
    generation: 1,
    expires_at: null,
    allow_list: ['10.0.0.0/8'],
    allowed_origins: [],
    limit_per_second: null,
    settings: { token_ttl_seconds: 300 },
    created_by: 'u',
    created_at: 1_772_701_631_042,
    updated_at: 1_772_701_631_042,
    ...patch,
  };
}

export function fieldRow(id: string, patch: Partial<FieldRow> = {}): FieldRow {
  return {
    id,
    table_id: 't',
    name: id,
    type: 'text',
    options: {},
    is_required: 0,
    is_unique: 0,
    is_indexed: 0,
    position: 0,
    default_value: null,
    foreign: {},
    column_name: `f_${id}`,
    created_at: 0,
    updated_at: 0,
    ...patch,
  };
}

export function tableRow(id: string, number: number): TableRow {
  return {
    id,
    number,
    app_id: 'a',
    name: id,
    description: null,
    role: null,
    position: 0,
    version: 1,
    foreign: {},
    created_by: null,
    created_at: 0,
    updated_at: 0,
  };
}

export function usageRow(patch: Partial<UsageRow> = {}): UsageRow {
  return {
    key_id: 'k',
    table_id: 't',
    verb: 'read',
    status: 2,
    minute: 100,
    workspace_id: 'w',
    app_id: 'a',
    calls: 1,
    ...patch,
  };
}
