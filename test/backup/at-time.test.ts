import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { databaseOf, openFileStorage } from '../../src/app.ts';
import { createBackup } from '../../src/core/backup/create-backup.ts';
import { findBackup } from '../../src/core/backup/read-backup.ts';
import { systemActor } from '../../src/core/context.ts';
import { createFields } from '../../src/core/fields/create-field.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { makePlace, type Place } from '../cli/tessera.ts';
import { createRandom, type Random } from '../crash/random.ts';
import { createFakeClock, type FakeClock, startTestApp, type TestApp } from '../harness.ts';

const startMs = Date.UTC(2026, 2, 5, 9, 0, 0);

/** Everything that records are made of, as it is in the file: rows, links, files shown, log. */
function stateOf(file: string, until = Number.MAX_SAFE_INTEGER): Record<string, unknown[]> {
  const db = new Database(file, { readonly: true });
  try {
    const names = db
      .prepare(
        "select name from sqlite_schema where type = 'table' and (name glob 't_*' or name glob 'l_*') order by 1",
      )
      .pluck()
      .all() as string[];
    const state: Record<string, unknown[]> = {};
    for (const name of names) state[name] = db.prepare(`select * from "${name}" order by 1, 2`).all();
    state.file_refs = db.prepare('select * from file_refs order by field_id, record_id, file_id').all();
    state.changes = db.prepare('select * from changes where at <= ? order by seq').all(until);
    state.record_blocks = db.prepare('select * from record_blocks where n > 0 order by 1, 2').all();
    return state;
  } finally {
    db.close();
  }
}

describe('restoring to a time', () => {
  let folder: string;
  let app: TestApp;
  let clock: FakeClock;
  let place: Place;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tessera-at-'));
    clock = createFakeClock(startMs);
    app = await startTestApp({ clock });
    place = await makePlace();
  });
  after(async () => {
    await app.close();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const makeTables = async (): Promise<{ people: TableSchema; orders: TableSchema }> => {
    const people = await app.makeTable([
      { name: 'Name', type: 'text', unique: true },
      { name: 'Picture', type: 'file' },
    ]);
    const orders = await app.makeTable([
      { name: 'Total', type: 'number' },
      { name: 'State', type: 'single_select', options: { choices: [{ name: 'New' }, { name: 'Done' }] } },
      { name: 'People', type: 'relation', options: { target: people.id } },
    ]);
    return { people, orders };
  };

  test('random writes: at any time in the middle everything is as it was', async () => {
    const { people, orders } = await makeTables();
    const random = createRandom(20_261_121);
    const write = () => writeSomething(app, random, people, orders);
    for (let n = 0; n < 60; n += 1) {
      clock.advance(1000);
      await write();
    }
    const backups = join(folder, 'backups');
    const database = join(app.folder, 'tessera.db');
    await createBackup(databaseOf(app.app.config, clock), openFileStorage({ kind: 'disk', folder: backups }));
    const recorded = new Map<number, ReturnType<typeof stateOf>>();
    for (let n = 0; n < 120; n += 1) {
      clock.advance(1000);
      await write();
      if (n % 30 === 7) recorded.set(clock.now(), stateOf(database));
    }
    for (const [at, state] of recorded) {
      const target = join(folder, `at-${at}`, 'tessera.db');
      const args = ['restore', backups, '--at', new Date(at).toISOString(), '--changes-from', database, '--to', target];
      const { code, stdout, stderr } = await place.run([...args, '--json']);
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).changes.files_missing, 0);
      const restored = stateOf(target);
      for (const name of Object.keys(state)) assert.deepEqual(restored[name], state[name], `${name} at ${at}`);
      for (const { file_id: id } of restored.file_refs as { readonly file_id: string }[]) {
        const there = openFileStorage({ kind: 'disk', folder: join(folder, `at-${at}`, 'files') });
        assert.notEqual(await there.size(`${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`), null);
      }
    }
  });

  test('over a change of tables it refuses with a sentence, unless only records are wanted', async () => {
    const { orders } = await makeTables();
    const backups = join(folder, 'changed');
    const kept = openFileStorage({ kind: 'disk', folder: backups });
    const create = (fields: object) =>
      app.request('POST', `/api/v1/tables/${orders.id}/records`, { key: app.keys.native, body: { fields } });
    await create({ Total: 1 });
    await createBackup(databaseOf(app.app.config, clock), kept);
    clock.advance(1000);
    await create({ Total: 2 });
    const before = clock.now();
    clock.advance(1000);
    await createFields(app.core, systemActor, orders, [{ name: 'Note', type: 'text' }]);
    clock.advance(1000);
    await create({ Total: 3, Note: 'new' });
    const restore = (at: number, name: string, ...more: string[]) => {
      const args = ['--at', new Date(at).toISOString(), '--changes-from', join(app.folder, 'tessera.db')];
      return place.run(['restore', backups, ...args, '--to', join(folder, name, 'tessera.db'), '--json', ...more]);
    };
    assert.equal((await restore(before, 'before')).code, 0, 'before the change it restores');
    const refused = await restore(clock.now(), 'after');
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /a change of tables or fields, the first at 2026-.*field\.create/);
    const forced = await restore(clock.now(), 'after', '--records-only');
    assert.equal(forced.code, 0, forced.stderr);
    assert.equal(JSON.parse(forced.stdout).changes.applied, 2);
    assert.equal(await findBackup(kept, before), await findBackup(kept));
  });
});

const states = ['New', 'Done', null] as const;

/** One random write over the native API. */
async function writeSomething(app: TestApp, random: Random, people: TableSchema, orders: TableSchema): Promise<void> {
  const key = app.keys.native;
  const path = (table: TableSchema, id?: number) =>
    `/api/v1/tables/${table.id}/records${id === undefined ? '' : `/${id}`}`;
  const idsOf = async (table: TableSchema): Promise<number[]> => {
    const { json } = await app.request('GET', `${path(table)}?limit=1000`, { key });
    return json.data.map((record: { id: number }) => record.id);
  };
  const someOf = (ids: readonly number[]) => ids.filter(() => random.chance(1 / 3)).slice(0, 4);
  const one = (ids: readonly number[]) => (ids.length === 0 ? undefined : random.pick(ids));
  const send = async (method: string, to: string, body?: unknown) => {
    const { status, text } = await app.request(method, to, { key, ...(body === undefined ? {} : { body }) });
    assert.ok(status < 300, `${method} ${to}: ${status} ${text}`);
  };
  const person = () => ({
    Name: `Person ${random.whole(0, 1e9)}`,
    ...(random.chance(1 / 3)
      ? { Picture: { data: Buffer.from(`picture ${random.whole(0, 50)}`).toString('base64'), filename: 'a.txt' } }
      : {}),
  });
  const step = random.whole(0, 6);
  if (step <= 1) return send('POST', path(people), { fields: person() });
  if (step === 2) {
    const fields = { Total: random.whole(0, 1000), State: random.pick(states), People: someOf(await idsOf(people)) };
    return send('POST', path(orders), { fields });
  }
  const table = random.chance(0.5) ? people : orders;
  const id = one(await idsOf(table));
  if (id === undefined) return send('POST', path(people), { fields: person() });
  if (step === 3) return send('DELETE', path(table, id));
  if (step <= 5) {
    const fields = table === people ? person() : { Total: random.whole(0, 1000), People: someOf(await idsOf(people)) };
    return send('PATCH', path(table, id), { fields });
  }
  return send('POST', `${path(orders)}/batch`, {
    create: [{ fields: { Total: 1 } }, { fields: { State: random.pick(states) } }],
    ...(table === orders ? { delete: [id] } : {}),
  });
}
