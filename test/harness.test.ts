import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createFakeClock, startTestApp, type TestApp } from './harness.ts';

describe('the test harness', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  test('a native key of the owner reads and writes, and finds everything after a restart', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const path = `/api/v1/tables/${table.id}/records`;
    const created = await app.request('POST', path, { key: app.keys.native, body: { fields: { Name: 'Ada' } } });
    assert.equal(created.status, 201, created.text);
    await app.restart();
    const listed = await app.request('GET', path, { key: app.keys.native });
    assert.equal(listed.status, 200, listed.text);
    assert.equal(listed.json.data[0].fields.Name, 'Ada');
  });

  test("a neighbour's key sees nothing of the workspace", async () => {
    const neighbour = await app.makeNeighbour();
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { status } = await app.request('GET', `/api/v1/tables/${table.id}/records`, { key: neighbour.keys.native });
    assert.equal(status, 404);
  });

  test('a key made with one scope is refused beyond it', async () => {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { secrets } = await app.makeKey({ scopes: [{ table: table.id, verbs: ['read'] }] });
    const { status } = await app.request('POST', `/api/v1/tables/${table.id}/records`, {
      key: secrets.key ?? '',
      body: { fields: { Name: 'x' } },
    });
    assert.equal(status, 403);
  });
});

test('a fake clock stands still until told, and limits follow it', async () => {
  const clock = createFakeClock();
  const app = await startTestApp({ clock, areLimitsOn: true });
  try {
    const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const { secrets } = await app.makeKey({ limit_per_second: 1 });
    const read = () => app.request('GET', `/api/v1/tables/${table.id}/records`, { key: secrets.key ?? '' });
    assert.equal((await read()).status, 200);
    assert.equal((await read()).status, 429);
    clock.advance(1001);
    assert.equal((await read()).status, 200);
  } finally {
    await app.close();
  }
});
