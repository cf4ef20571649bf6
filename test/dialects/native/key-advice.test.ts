import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock, startTestApp } from '../../harness.ts';

const dayMs = 86_400_000;

test('a key that nobody has used for 90 days is listed with the advice to delete it', async (t) => {
  const clock = createFakeClock();
  const app = await startTestApp({ clock });
  t.after(() => app.close());
  const fresh = await app.request('GET', `/api/v1/apps/${app.appId}/keys`, { key: app.keys.native });
  assert.equal(fresh.status, 200);
  assert.deepEqual(fresh.json.data[0].advice, []);
  clock.advance(91 * dayMs);
  const stale = await app.request('GET', `/api/v1/apps/${app.appId}/keys`, { key: app.keys.native });
  assert.deepEqual(
    stale.json.data[0].advice.map(({ kind }: { kind: string }) => kind),
    ['unused'],
  );
});
