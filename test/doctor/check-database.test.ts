import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkSqlite } from '../../src/app.ts';
import { startTestApp } from '../harness.ts';

test('ordinary work leaves nothing for the doctor to find: made, linked, changed, deleted, on every level', async () => {
  const app = await startTestApp();
  try {
    const key = app.keys.native;
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await app.request(method, path, { key, ...(body === undefined ? {} : { body }) });
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
      return answer.json;
    };
    const people = await app.makeTable([{ name: 'Name', type: 'text' }]);
    const orders = await app.makeTable([
      { name: 'Number', type: 'text', unique: true },
      { name: 'Customer', type: 'relation', options: { target: people.id, inverse_name: 'Orders' } },
      { name: 'File', type: 'file' },
      { name: 'Gone', type: 'number', indexed: true },
    ]);
    const other = await app.makeTable([{ name: 'Order', type: 'relation', options: { target: orders.id } }]);
    const records = (id: string) => `/api/v1/tables/${id}/records`;
    await call('POST', `${records(people.id)}/batch`, { create: Array.from({ length: 20 }, () => ({ fields: {} })) });
    const create = Array.from({ length: 1000 }, (_, at) => ({
      fields: { Number: String(at), Customer: [1 + (at % 20)] },
    }));
    for (let at = 0; at < 5; at += 1) {
      const numbered = create.map(({ fields }) => ({ fields: { ...fields, Number: `${at}-${fields.Number}` } }));
      await call('POST', `${records(orders.id)}/batch`, { create: numbered });
    }
    const remove = Array.from({ length: 500 }, (_, at) => 4000 + at);
    await call('POST', `${records(orders.id)}/batch`, { delete: remove });
    await call('DELETE', `${records(people.id)}/3`);
    await call('POST', records(other.id), { fields: { Order: [1, 2] } });
    await call('DELETE', `/api/v1/tables/${orders.id}/fields/Gone`);
    await call('DELETE', `/api/v1/tables/${other.id}`);
    const second = await call('POST', `/api/v1/workspaces/${app.workspaceId}/apps`, { name: 'Second' });
    await call('POST', `/api/v1/apps/${second.id}/tables`, { name: 'T', fields: [{ name: 'A', type: 'text' }] });
    await call('POST', `/api/v1/apps/${second.id}/keys`, {
      kind: 'native',
      name: 'K',
      scopes: [{ table: '*', verbs: ['read'] }],
    });
    await call('DELETE', `/api/v1/apps/${second.id}`);
    assert.deepEqual(checkSqlite(join(app.folder, 'tessera.db')).problems, []);
  } finally {
    await app.close();
  }
});
