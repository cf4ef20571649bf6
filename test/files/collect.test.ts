import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { deleteApp } from '../../src/core/apps/delete-app.ts';
import { systemActor } from '../../src/core/context.ts';
import { deleteFields } from '../../src/core/fields/delete-field.ts';
import { createFileCollector } from '../../src/core/files/collect-files.ts';
import { storageKey } from '../../src/core/files/storage.ts';
import { newId } from '../../src/core/ids.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import { deleteTable } from '../../src/core/tables/delete-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { createFakeClock, startTestApp, type TestApp } from '../harness.ts';
import { filesOnDisk } from './disk-files.ts';

const hours = 3600_000;
const clock = createFakeClock();
let app: TestApp;
let table: TableSchema;
let collect: () => Promise<void>;
before(async () => {
  app = await startTestApp({ clock });
  table = await app.makeTable([
    { name: 'File', type: 'file' },
    { name: 'Others', type: 'file', options: { multiple: true } },
  ]);
  collect = createFileCollector(app.core);
});
after(() => app.close());

async function upload(appId = app.appId, key = app.keys.native): Promise<string> {
  const { json, text } = await app.request('POST', `/api/v1/apps/${appId}/files`, { key, body: 'content' });
  assert.ok(json.id, text);
  return json.id;
}

async function create(fields: object, of = table): Promise<number> {
  const { status, json, text } = await app.request('POST', `/api/v1/tables/${of.id}/records`, {
    key: app.keys.native,
    body: { fields },
  });
  assert.equal(status, 201, text);
  return json.id;
}

/** Whether both the content and the row are there; one without the other fails the test. */
async function isKept(id: string): Promise<boolean> {
  const onDisk = (await filesOnDisk(app.folder)).some((one) => one.endsWith(storageKey(id)));
  const hasRow = (await app.core.store.count('files', { id })) === 1;
  assert.equal(onDisk, hasRow);
  return onDisk;
}

describe('the collector', () => {
  test('removes what no record has shown for a day, and nothing sooner or else', async () => {
    const unused = await upload();
    const used = await upload();
    const replaced = await upload();
    const ofDeleted = await upload();
    const shared = await upload();
    await create({ File: used });
    const first = await create({ File: replaced, Others: [shared] });
    const second = await create({ File: ofDeleted, Others: [shared] });
    clock.advance(20 * hours);
    const path = `/api/v1/tables/${table.id}/records`;
    await app.request('PATCH', `${path}/${first}`, { key: app.keys.native, body: { fields: { File: null } } });
    await app.request('DELETE', `${path}/${second}`, { key: app.keys.native });
    clock.advance(3 * hours);
    await collect();
    for (const id of [unused, used, replaced, ofDeleted, shared]) assert.equal(await isKept(id), true);
    clock.advance(2 * hours);
    await collect();
    assert.deepEqual(await Promise.all([unused, used, replaced, ofDeleted, shared].map(isKept)), [
      false,
      true,
      true,
      true,
      true,
    ]);
    clock.advance(20 * hours);
    await collect();
    assert.deepEqual(await Promise.all([used, replaced, ofDeleted, shared].map(isKept)), [true, false, false, true]);
    clock.advance(1000 * hours);
    await collect();
    assert.deepEqual(await Promise.all([used, shared].map(isKept)), [true, true]);
  });

  test('keeps a file that was shown again in time', async () => {
    const id = await upload();
    const record = await create({ File: id });
    const path = `/api/v1/tables/${table.id}/records/${record}`;
    const write = (File: string | null) =>
      app.request('PATCH', path, { key: app.keys.native, body: { fields: { File } } });
    await write(null);
    clock.advance(23 * hours);
    await write(id);
    clock.advance(30 * hours);
    await collect();
    assert.equal(await isKept(id), true);
    await write(null);
    clock.advance(23 * hours);
    await collect();
    assert.equal(await isKept(id), true);
  });

  test('lets go of what deleted fields, tables and apps showed', async () => {
    const other = await app.makeTable([{ name: 'File', type: 'file' }]);
    const neighbour = await app.makeNeighbour();
    const theirs = await createTable(app.core, systemActor, neighbour.app.id, {
      name: 'Theirs',
      fields: [{ name: 'File', type: 'file' }],
    });
    const ofField = await upload();
    const ofTable = await upload();
    const ofApp = await upload(neighbour.app.id, neighbour.keys.native);
    const both = await upload();
    await create({ File: both, Others: [ofField, both] });
    await create({ File: ofTable }, other);
    const { status } = await app.request('POST', `/api/v1/tables/${theirs.id}/records`, {
      key: neighbour.keys.native,
      body: { fields: { File: ofApp } },
    });
    assert.equal(status, 201);
    const field = table.fieldByName.get('Others');
    assert.ok(field);
    await deleteFields(app.core, systemActor, table, [field]);
    await deleteTable(app.core, systemActor, other);
    await deleteApp(app.core, systemActor, neighbour.app.id);
    assert.equal((await app.request('GET', `/files/${ofApp}`)).status, 404);
    await collect();
    for (const id of [ofField, ofTable, ofApp]) assert.equal(await isKept(id), true);
    clock.advance(25 * hours);
    await collect();
    assert.deepEqual(await Promise.all([ofField, ofTable, ofApp, both].map(isKept)), [false, false, false, true]);
    assert.equal(await app.core.store.count('file_refs', { file_id: both }), 1);
  });

  test('clears up after an upload or a removal that a crash cut short', async () => {
    const cut = newId();
    const half = await upload();
    const [row] = await app.core.store.list('files', { id: half });
    assert.ok(row);
    await app.core.store.write(async (tx) => {
      await tx.insert('files', { ...row, id: cut, state: 'uploading', sha256: '' });
      await tx.update('files', { id: half }, { state: 'removing', detached_at: 0 });
    });
    // What a power cut leaves of an upload: bytes that have not yet got their name.
    const part = join(app.folder, 'files', `${storageKey(cut)}.part`);
    await mkdir(dirname(part), { recursive: true });
    await writeFile(part, 'half');
    assert.equal((await app.request('GET', `/files/${cut}`)).status, 404);
    assert.equal((await app.request('GET', `/files/${half}`)).status, 404);
    clock.advance(25 * hours);
    await collect();
    assert.deepEqual(await Promise.all([cut, half].map(isKept)), [false, false]);
    assert.equal(
      (await filesOnDisk(app.folder)).some((one) => one.includes(cut)),
      false,
    );
  });

  test('works through many in one go, and holds no more than it lists', async () => {
    const ids = await Promise.all(Array.from({ length: 250 }, () => upload()));
    clock.advance(25 * hours);
    await collect();
    assert.equal(await app.core.store.count('files', { id: { in: ids } }), 0);
  });
});

test('what is kept is what its hash says', async () => {
  const id = await upload();
  const [row] = await app.core.store.list('files', { id });
  assert.equal(row?.sha256, createHash('sha256').update('content').digest('hex'));
});
