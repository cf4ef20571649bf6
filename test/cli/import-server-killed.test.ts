import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { get, type InitJson, type Json, makePlace } from './tessera.ts';

test('an import of a server that is killed again and again goes on, and every row is there once', async () => {
  const place = await makePlace();
  try {
    const rows = 60_000;
    const made = JSON.parse((await place.run(['init', '--json'])).stdout) as InitJson;
    const key = made.keys.native;
    const path = `/api/v1/apps/${made.app.id}/imports`;
    const content = `N,Text,Day\n${Array.from({ length: rows }, (_, at) => `${at},Row ${at},${at % 100 === 7 ? 'x' : '2026-01-02'}`).join('\n')}\n`;

    let server = await place.serve();
    let id = '';
    let name = '';
    const shown = async (): Promise<Json> => (await get(`${server.url}${path}/${id}`, key)).json;
    let kills = 0;
    let seen: Json;
    // Again where the import was quicker than the first kill.
    for (let tries = 1; kills === 0; tries += 1) {
      name = `Big ${tries}`;
      const query = new URLSearchParams({ name, types: '{"Day":"date"}' });
      const begun = await fetch(`${server.url}${path}?${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
        body: content,
      });
      assert.equal(begun.status, 202);
      ({ id } = (await begun.json()) as Json);
      seen = await shown();
      while (seen.finished_at === null) {
        if (kills < 4 && seen.state === 'running') {
          await wait(30 * kills);
          await server.stop('SIGKILL');
          kills += 1;
          server = await place.serve();
        }
        await wait(10);
        seen = await shown();
      }
    }
    assert.deepEqual(
      [seen.state, seen.rows_read, seen.created, seen.rejected],
      ['finished', rows, 59_400, 600],
      seen.error,
    );
    const rejects = await fetch(`${server.url}${path}/${id}/rejects`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal((await rejects.text()).split('\r\n').length, 602);
    await server.stop();

    const exported = await place.run(['export', '--table', name, '--fields', 'N']);
    const numbers = exported.stdout.split('\r\n').slice(1, -1);
    const expected = Array.from({ length: rows }, (_, at) => at).filter((at) => at % 100 !== 7);
    assert.deepEqual(
      numbers.map(Number).sort((a, b) => a - b),
      expected,
    );
  } finally {
    await place.remove();
  }
});
