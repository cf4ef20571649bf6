/** A shop as somebody would have built it in Adalo: items with a category and tags, and the users of the app. */

import { systemActor } from '../../../src/core/context.ts';
import { createTable } from '../../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp, type TestAppOptions, type TestRequest, type TestResponse } from '../../harness.ts';

export interface Shop {
  readonly app: TestApp;
  readonly categories: TableSchema;
  readonly tags: TableSchema;
  readonly items: TableSchema;
  readonly users: TableSchema;
  /** `/v0/apps/{appId}/collections/{collectionId}` */
  path(table: TableSchema): string;
  /** A call with the app's key. */
  call(method: string, path: string, options?: TestRequest): Promise<TestResponse>;
  /** Creates a record and answers it. */
  add(table: TableSchema, body: Record<string, unknown>): Promise<Record<string, unknown> & { id: number }>;
}

export async function openShop(options: TestAppOptions = {}): Promise<Shop> {
  const app = await startTestApp(options);
  const categories = await app.makeTable([{ name: 'Name', type: 'text' }], 'Categories');
  const tags = await app.makeTable([{ name: 'Name', type: 'text' }], 'Tags');
  const items = await app.makeTable(
    [
      { name: 'Name', type: 'text' },
      { name: 'Price', type: 'number' },
      { name: 'In Stock', type: 'checkbox' },
      { name: 'Ready On', type: 'date' },
      { name: 'Last Sold', type: 'datetime' },
      {
        name: 'Category',
        type: 'relation',
        options: { target: categories.id, cardinality: 'one', inverse_name: 'Items' },
      },
      { name: 'Tags', type: 'relation', options: { target: tags.id, inverse_name: 'Items' } },
      { name: 'Notes', type: 'long_text' },
      { name: 'Today\'s "score", true?', type: 'number' },
      { name: 'Place', type: 'location' },
    ],
    'Items',
  );
  const users = await createTable(app.core, systemActor, app.appId, {
    name: 'Users',
    role: 'users',
    fields: [
      { name: 'Email', type: 'email' },
      { name: 'Username', type: 'text' },
      { name: 'Full Name', type: 'text' },
      { name: 'Password', type: 'password' },
    ],
  });
  const path = (table: TableSchema) => `/v0/apps/${app.appId}/collections/${table.id}`;
  const call = (method: string, target: string, request: TestRequest = {}) =>
    app.request(method, target, { key: app.keys.app, ...request });
  return {
    app,
    categories,
    tags,
    items,
    users,
    path,
    call,
    async add(table, body) {
      const { status, json, text } = await call('POST', path(table), { body });
      if (status !== 200) throw new Error(`creating answered ${status}: ${text}`);
      return json;
    },
  };
}
