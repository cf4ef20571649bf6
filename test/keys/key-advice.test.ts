import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { disableKey } from '../../src/core/keys/disable-key.ts';
import { listKeys } from '../../src/core/keys/list-keys.ts';
import { rotateKey } from '../../src/core/keys/rotate-key.ts';
import { createFakeClock, startTestApp } from '../harness.ts';

const dayMs = 86_400_000;

test('lists of keys carry advice from their age, their use and the refusals that they met', async () => {
  const clock = createFakeClock();
  const app = await startTestApp({ clock });
  try {
    const { key, secrets } = await app.makeKey({ kind: 'personal', name: 'Watched' });
    const adviceOf = async () => {
      const keys = await listKeys(app.core, systemActor, { workspaceId: app.workspaceId });
      return keys.find((one) => one.id === key.id)?.advice.map((one) => one.kind);
    };
    const call = async (secret = secrets.key) => {
      const { status } = await app.request('GET', '/v1/public/workspace', { headers: { ApiKey: secret ?? '' } });
      return status;
    };
    assert.deepEqual(await adviceOf(), []);

    clock.advance(91 * dayMs);
    assert.deepEqual(await adviceOf(), ['unused']);
    assert.equal(await call(), 200);
    await app.core.meter.flush();
    assert.deepEqual(await adviceOf(), []);

    clock.advance(280 * dayMs);
    assert.deepEqual(await adviceOf(), ['unused', 'old']);
    const rotated = await rotateKey(app.core, systemActor, key.id);
    assert.equal(await call(rotated.secrets.key), 200);
    await app.core.meter.flush();
    assert.deepEqual(await adviceOf(), []);

    await disableKey(app.core, systemActor, key.id);
    for (let calls = 0; calls < 50; calls += 1) assert.equal(await call(rotated.secrets.key), 423);
    await app.core.meter.flush();
    assert.deepEqual(await adviceOf(), ['refused_often']);
    clock.advance(2 * dayMs);
    assert.deepEqual(await adviceOf(), []);
  } finally {
    await app.close();
  }
});
