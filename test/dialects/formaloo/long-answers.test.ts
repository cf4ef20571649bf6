import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../../harness.ts';
import { clientOf } from './client.ts';
import { slugOf } from './forms.ts';

/** Long enough that an answer nobody reads stays with the server, and not so long that its memory is not used again. */
const rowsPerForm = 200;

describe('long lists', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  async function formOf(name: string): Promise<string> {
    const table = await app.makeTable([{ name: 'T', type: 'text' }]);
    const rows = Array.from({ length: rowsPerForm }, (_, index) => [`${name} ${index} ${name.repeat(700)}`]);
    await app.core.store.write((tx) => tx.records.insert(table, rows, '2026-01-01T00:00:00.000Z', null));
    return `/v3.0/forms/${slugOf(table)}/rows/?page_size=${rowsPerForm}`;
  }

  test('are whole and their own, however slowly they are read and whatever is asked meanwhile', async () => {
    const token = await clientOf(app).mint();
    const headers = { 'x-api-key': app.keys.pair.key, authorization: `JWT ${token}` };
    const ask = async (path: string): Promise<IncomingMessage> => {
      const [answer] = (await once(get(`${app.url}${path}`, { headers, agent: false }), 'response')) as [
        IncomingMessage,
      ];
      return answer;
    };
    const read = async (answer: IncomingMessage): Promise<string> => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      return Buffer.concat(parts).toString();
    };
    const paths = [await formOf('a'), await formOf('é'), await formOf('ń')];
    const expected: string[] = [];
    for (const path of paths) expected.push(await read(await ask(path)));
    for (const [index, name] of ['a', 'é', 'ń'].entries()) {
      const { data } = JSON.parse(expected[index] ?? '');
      assert.deepEqual([data.rows.length, data.rows[0].readable_data.T.slice(-1)], [rowsPerForm, name]);
    }

    // Begun and left unread, until others have come and gone; and some that are broken off in the middle.
    const slow = await Promise.all(paths.map(ask));
    const broken = await Promise.all(paths.map(ask));
    for (const answer of broken) answer.destroy();
    for (let turn = 0; turn < 2; turn += 1) {
      const texts = await Promise.all(paths.map(async (path) => read(await ask(path))));
      assert.deepEqual(texts, expected);
    }
    for (const [index, answer] of slow.entries()) assert.equal(await read(answer), expected[index]);
  });
});
