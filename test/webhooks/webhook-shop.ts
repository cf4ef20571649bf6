/** An app with a table of orders, a receiver, and what the tests of webhooks do over and over. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../harness.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of the API, looked into by the tests
type Json = any;

export interface WebhookShop {
  readonly app: TestApp;
  readonly orders: TableSchema;
  readonly receiver: Receiver;
  /** Creates a webhook on the orders; answers it with its secret. */
  hook(input?: object): Promise<Json>;
  createOrder(fields: object): Promise<number>;
  updateOrder(id: number, fields: object): Promise<void>;
  deleteOrder(id: number): Promise<void>;
  call(method: string, path: string, body?: unknown): Promise<Json>;
  close(): Promise<void>;
}

export async function openWebhookShop(options: TestAppOptions = {}): Promise<WebhookShop> {
  const app = await startTestApp({ ...options, env: { TESSERA_ALLOW_PRIVATE_WEBHOOKS: 'on', ...options.env } });
  const receiver = await startReceiver();
  const orders = await app.makeTable(
    [
      { name: 'Item', type: 'text' },
      { name: 'Price', type: 'number' },
      { name: 'Secret', type: 'password' },
      { name: 'Tags', type: 'multi_select', options: { choices: [{ name: 'red' }, { name: 'blue' }] } },
    ],
    'Orders',
  );
  const key = app.keys.native;
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await app.request(method, path, { key, ...(body === undefined ? {} : { body }) });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const records = `/api/v1/tables/${orders.id}/records`;
  return {
    app,
    orders,
    receiver,
    call,
    hook: (input = {}) =>
      call('POST', `/api/v1/apps/${app.appId}/webhooks`, {
        table: orders.id,
        url: receiver.url,
        events: ['record.created', 'record.updated', 'record.deleted'],
        ...input,
      }),
    createOrder: async (fields) => (await call('POST', records, { fields })).id,
    updateOrder: (id, fields) => call('PATCH', `${records}/${id}`, { fields }),
    deleteOrder: (id) => call('DELETE', `${records}/${id}`),
    async close() {
      await app.close();
      await receiver.close();
    },
  };
}

/** Verifies as the standard says, with nothing of the sender's code. */
export function assertSigned({ headers, text }: Received, secret: string): void {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${mac}`);
}
