/** The store on the embedded engine: the shared contract, and what only this engine has: files and query plans. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import type { RecordQuery } from '../../src/core/records/query.ts';
import type { Store } from '../../src/core/store.ts';
import type { Engine, Param } from '../../src/store/engine.ts';
import { openStore, storeOver } from '../../src/store/index.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { at, createTables, type TestStore } from './contract/test-store.ts';
import { storeContract } from './store-contract.ts';
import { fieldOf, relationOptions, tableSchema, testId } from './table-schema-factory.ts';

function open(file: string): Promise<Store> {
  return openStore({ databaseUrl: `sqlite:${file}`, clock: systemClock });
}

async function openTestStore(): Promise<TestStore> {
  const directory = await mkdtemp(join(tmpdir(), 'tessera-store-'));
  const file = join(directory, 'test.db');
  let store = await open(file);
  return {
    store,
    async reopen() {
      await store.close();
      store = await open(file);
      return store;
    },
    async remove() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

storeContract('sqlite', openTestStore);

describe('opening', () => {
  it('refuses an address that is not sqlite: and says what would do', async () => {
    for (const databaseUrl of ['postgres://localhost/x', 'data/x.db', 'sqlite:', 'mysql://x']) {
      await assert.rejects(openStore({ databaseUrl, clock: systemClock }), /DATABASE_URL.*sqlite:/s, databaseUrl);
    }
  });

  it('refuses a database that a newer version has migrated, and leaves it as it is', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'tessera-store-'));
    t.after(() => rm(directory, { recursive: true }));
    const file = join(directory, 'newer.db');
    const engine = await openSqlite({ file });
    const future = { name: '9999-future', statements: () => ['create table future (x integer)'] };
    await migrate(engine, [...migrations, future], 1);
    await assert.rejects(migrate(engine, migrations, 2), /newer version.*9999-future/s);
    await engine.close();
    await assert.rejects(open(file), /newer version of Tessera/);
  });

  it('runs each migration once and wholly or not at all', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'tessera-store-'));
    const engine = await openSqlite({ file: join(directory, 'steps.db') });
    t.after(async () => {
      await engine.close();
      await rm(directory, { recursive: true });
    });
    const good = { name: '1', statements: () => ['create table one (x integer)'] };
    const bad = { name: '2', statements: () => ['create table two (x integer)', 'nonsense'] };
    await assert.rejects(migrate(engine, [good, bad], 1));
    await assert.rejects(migrate(engine, [good, bad], 1), /nonsense/);
    const tables = await engine.arrays(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name",
      [],
    );
    assert.deepEqual(tables.flat(), ['one', 'schema_migrations']);
  });
});

describe('query plans', () => {
  const table = tableSchema('plans', [
    { name: 'n', type: 'number', isIndexed: true },
    { name: 'mail', type: 'email', isUnique: true },
    { name: 'second', type: 'email', isIndexed: true },
    { name: 'friends', type: 'relation', options: relationOptions(testId(), 'a', 'many', 'many') },
  ]);
  const n = fieldOf(table, 'n');
  const mail = fieldOf(table, 'mail');
  let directory = '';
  let engine: Engine | undefined;
  let seen: { sql: string; params: readonly Param[] }[] = [];
  let store: Store;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tessera-store-'));
    const opened = await openSqlite({ file: join(directory, 'plans.db') });
    engine = opened;
    await migrate(opened, migrations, 1);
    store = storeOver({
      ...opened,
      arrays(sql, params) {
        seen.push({ sql, params });
        return opened.arrays(sql, params);
      },
    });
    await createTables(store, table);
    await store.write((tx) => tx.schema.createLinks(fieldOf(table, 'friends')));
    await store.write((tx) =>
      tx.records.insert(
        table,
        Array.from({ length: 500 }, (_, i) => [i % 9 === 0 ? null : i % 50, `m${i}`, `M${i % 7}`]),
        at,
        null,
      ),
    );
  });
  after(async () => {
    await engine?.close();
    await rm(directory, { recursive: true });
  });

  /** What SQLite says it will do for each statement that the query runs. */
  async function plansOf(query: RecordQuery): Promise<string[]> {
    seen = [];
    await store.records.page(table, query);
    const plans: string[] = [];
    for (const { sql, params } of seen) {
      const rows = await engine?.rows<{ detail: string }>(`explain query plan ${sql}`, params);
      plans.push((rows ?? []).map((row) => row.detail).join(' | '));
    }
    return plans;
  }

  it('seek the index for every part of a page after a cursor, and sort nothing', async () => {
    for (const direction of ['asc', 'desc'] as const) {
      for (const value of [null, 20]) {
        const query = { sort: [{ field: n, direction }], start: { after: { values: [value], id: 100 } }, limit: 400 };
        const plans = await plansOf(query);
        assert.ok(plans.length >= 1);
        for (const plan of plans) {
          assert.match(plan, /^SEARCH \S+ USING INDEX \S+ \(.*[=<>]/, plan);
          assert.doesNotMatch(plan, /TEMP B-TREE/, plan);
        }
      }
    }
    const second = {
      sort: [{ field: fieldOf(table, 'second'), direction: 'desc' as const }],
      start: { after: { values: ['M3'], id: 78 } },
    };
    const plans = await plansOf({ ...second, limit: 400 });
    assert.match(plans[0] ?? '', /^SEARCH .* USING INDEX i_\S+ \(<expr>=\? AND rowid<\?\)$/);
    assert.match(plans[1] ?? '', /^SEARCH .* USING INDEX i_\S+ \(<expr><\?\)$/);
  });

  it('walk the index for the first page of a sort', async () => {
    const [plan = ''] = await plansOf({ sort: [{ field: n, direction: 'desc' }], limit: 10 });
    assert.match(plan, /^SCAN .* USING INDEX/);
    assert.doesNotMatch(plan, /TEMP B-TREE/);
  });

  it('seek the index for filters on indexed fields and on links', async () => {
    const search = /^SEARCH \S+ USING (INDEX|INTEGER PRIMARY KEY)/;
    assert.match((await plansOf({ filter: { op: 'eq', field: n, value: 7 }, limit: 10 }))[0] ?? '', search);
    assert.match((await plansOf({ filter: { op: 'eq', field: mail, value: 'M7' }, limit: 10 }))[0] ?? '', search);
    assert.match(
      (await plansOf({ filter: { op: 'in', field: mail, values: ['M7', 'm8'] }, limit: 10 }))[0] ?? '',
      search,
    );
    assert.match(
      (
        await plansOf({ filter: { op: 'gte', field: n, value: 48 }, sort: [{ field: n, direction: 'asc' }], limit: 10 })
      )[0] ?? '',
      search,
    );
    const friends = { op: 'any_of', field: fieldOf(table, 'friends'), values: [1, 2] } as const;
    const [plan = ''] = await plansOf({ filter: friends, start: { after: { values: [], id: 5 } }, limit: 10 });
    assert.match(plan, search);
    assert.match(plan, /USING COVERING INDEX l_\S+_b \(b=\?\)/);
  });

  it('reach a record at an offset by the counts of blocks, not by stepping over all', async () => {
    const plans = await plansOf({ start: { offset: 450 }, limit: 10 });
    assert.equal(plans.length, 2);
    assert.match(plans[0] ?? '', /^SEARCH record_blocks USING PRIMARY KEY \(table_number=\?\)/);
    assert.match(plans[1] ?? '', /USING INTEGER PRIMARY KEY \(rowid>\?\)/);
  });
});
