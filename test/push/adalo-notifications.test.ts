import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { updateApp } from '../../src/core/apps/update-app.ts';
import { systemActor } from '../../src/core/context.ts';
import { updateTable } from '../../src/core/tables/update-table.ts';
import { createFakeClock } from '../harness.ts';
import { startReceiver, until } from '../webhooks/receiver.ts';
import { assertSigned } from '../webhooks/webhook-shop.ts';
import { openPushApp, type PushApp } from './push-app.ts';

/** wire/adalo.md §8. */
describe('POST /notifications', () => {
  let push: PushApp;
  const notification = { titleText: 'Order ready', bodyText: 'Pick it up at desk 4' };
  const body = (input: object = {}) => ({
    appId: push.app.appId,
    audience: { email: 'ada@example.test' },
    notification,
    ...input,
  });

  before(async () => {
    push = await openPushApp();
    await push.deviceOf(push.ada, 'phone');
    await push.deviceOf(push.bob, 'phone of bob');
  });
  after(() => push.close());

  const audiences: readonly [name: string, audience: (push: PushApp) => object, user: 'ada' | 'bob'][] = [
    ['an e-mail address', () => ({ email: 'ada@example.test' }), 'ada'],
    ['an e-mail address in other letters', () => ({ email: 'ADA@Example.test' }), 'ada'],
    ['an id', ({ ada }) => ({ id: ada }), 'ada'],
    ['an id as text', ({ ada }) => ({ id: String(ada) }), 'ada'],
    ['a username', () => ({ username: 'bob' }), 'bob'],
    ['several selectors, of which the id counts', ({ bob }) => ({ id: bob, email: 'ada@example.test' }), 'bob'],
    [
      'several selectors, of which the e-mail address counts',
      () => ({ email: 'bob@example.test', username: 'ada' }),
      'bob',
    ],
    ['an empty selector beside one that holds something', () => ({ id: null, email: '', username: 'bob' }), 'bob'],
  ];
  for (const [name, audience, user] of audiences) {
    test(`answers 200 {"successful": 1} by ${name}, and it arrives`, async () => {
      push.service.pushed.length = 0;
      const answer = await push.adalo(body({ audience: audience(push) }));
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.text, '{"successful":1}');
      assert.match(String(answer.headers['content-type']), /^application\/json/);
      await until(() => push.service.pushed.length === 1, 'arrives');
      const [one] = push.service.pushed;
      assert.equal(one?.device.name, user === 'ada' ? 'phone' : 'phone of bob');
      assert.deepEqual([one?.message.title, one?.message.body], ['Order ready', 'Pick it up at desk 4']);
    });
  }

  test('answers {"successful": 0} for a user without a device, and logs it', async () => {
    const path = `/api/v1/tables/${push.users.id}/records`;
    const { id } = await push.call('POST', path, { fields: { Email: 'new@example.test' } });
    const answer = await push.adalo(body({ audience: { id } }));
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '{"successful":0}');
    const log = await push.call('GET', `/api/v1/apps/${push.app.appId}/notifications?user=${id}`);
    assert.equal(log.data[0].title, 'Order ready');
  });

  test('needs no content type, and takes an older path as well', async () => {
    for (const path of ['/notifications', '/v0/notifications', '/notifications/']) {
      const answer = await push.app.request('POST', path, {
        headers: { authorization: `Bearer ${push.app.keys.app}` },
        body: JSON.stringify(body()),
      });
      assert.equal(answer.text, '{"successful":1}', path);
    }
  });

  const refusals: readonly [name: string, input: (push: PushApp) => unknown, status: number, text: RegExp][] = [
    [
      'an unknown user',
      () => body({ audience: { email: 'nobody@example.test' } }),
      404,
      /^\{"error":"User not found"\}$/,
    ],
    ['an unknown id', () => body({ audience: { id: 4711 } }), 404, /^\{"error":"User not found"\}$/],
    ['another app', () => body({ appId: 'another' }), 403, /^\{"error":"Access token \/ app mismatch"\}$/],
    ['no app', () => body({ appId: undefined }), 400, /appId/],
    ['no audience', () => body({ audience: undefined }), 400, /audience/],
    ['an empty audience', () => body({ audience: {} }), 400, /audience/],
    ['a list of users', ({ ada }) => body({ audience: [{ id: ada }] }), 400, /audience/],
    ['several ids', ({ ada, bob }) => body({ audience: { id: [ada, bob] } }), 400, /audience\.id/],
    ['no notification', () => body({ notification: undefined }), 400, /notification/],
    ['no title', () => body({ notification: { bodyText: 'x' } }), 400, /titleText/],
    ['no body text', () => body({ notification: { titleText: 'x', bodyText: '' } }), 400, /bodyText/],
    [
      'a title that is a number',
      () => body({ notification: { titleText: 1, bodyText: 'x' } }),
      400,
      /^\{"error":"notification\.titleText must be text"\}$/,
    ],
    ['an address that is a number', () => body({ audience: { email: 5 } }), 400, /audience\.email must be text/],
    [
      'a title of half a character',
      () => body({ notification: { titleText: '\ud800', bodyText: 'x' } }),
      400,
      /notification\.titleText must be valid Unicode/,
    ],
    [
      'a text that is too long',
      () => body({ notification: { titleText: 'x', bodyText: 'x'.repeat(4097) } }),
      400,
      /^\{"error":"notification\.bodyText must have 1 to 4096 characters"\}$/,
    ],
    ['nothing at all', () => undefined, 400, /appId/],
    ['a list', () => [], 400, /Invalid JSON/],
  ];
  for (const [name, input, status, text] of refusals) {
    test(`answers ${status} to ${name}`, async () => {
      const answer = await push.adalo(input(push));
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, text);
      assert.equal(typeof answer.json.error, 'string');
    });
  }

  test('answers 400 without a key, 401 with a bad one, 403 with that of another app', async () => {
    const none = await push.app.request('POST', '/notifications', { body: body() });
    assert.equal(none.status, 400);
    assert.equal(none.json.error, 'No access token provided');
    const bad = await push.adalo(body(), 'nonsense');
    assert.equal(bad.status, 401);
    assert.equal(bad.json.error, 'Invalid access token');
    const neighbour = await push.app.makeNeighbour();
    assert.equal((await push.adalo(body(), neighbour.keys.app)).status, 403);
    assert.equal((await push.adalo(body({ appId: neighbour.app.id }), neighbour.keys.app)).status, 404);
  });

  test('other methods are unknown routes', async () => {
    const answer = await push.app.request('GET', '/notifications', {
      headers: { authorization: `Bearer ${push.app.keys.app}` },
    });
    assert.equal(answer.status, 404);
    assert.equal(answer.text, 'Not Found');
  });

  test('is worth delivering for a day, and of normal urgency', async () => {
    push.service.pushed.length = 0;
    await push.adalo(body());
    await until(() => push.service.pushed.length === 1, 'arrives');
    const { ttl, urgency } = push.service.pushed[0]?.headers ?? {};
    assert.ok(Number(ttl) > 86_390 && Number(ttl) <= 86_400);
    assert.equal(urgency, 'normal');
  });

  test('takes texts of 4096 characters', async () => {
    const answer = await push.adalo(
      body({ notification: { titleText: 't'.repeat(4096), bodyText: 'ä'.repeat(4096) } }),
    );
    assert.equal(answer.status, 200, answer.text);
  });

  test('counts a relaying webhook, which gets the notification signed', async () => {
    const relay = await startReceiver();
    try {
      const path = `/api/v1/apps/${push.app.appId}/webhooks`;
      const hook = await push.call('POST', path, { url: relay.url, events: ['notification.sent'] });
      assert.equal((await push.adalo(body())).text, '{"successful":2}');
      const [one] = await relay.waitFor(1);
      assert.ok(one !== undefined);
      assertSigned(one, hook.secret);
      assert.deepEqual([one.json.data.user.id, one.json.data.title], [push.ada, 'Order ready']);
      await push.call('DELETE', `${path}/${hook.id}`);
    } finally {
      await relay.close();
    }
  });

  test('answers 403 while the API of the app is switched off, and 404 where no table is marked as its users', async () => {
    const { core, appId } = push.app;
    await updateApp(core, systemActor, appId, { is_api_enabled: false });
    assert.equal((await push.adalo(body())).status, 403);
    await updateApp(core, systemActor, appId, { is_api_enabled: true });
    const table = await core.catalog.table(push.users.id);
    assert.ok(table);
    const unmarked = await updateTable(core, systemActor, table, { role: null });
    const answer = await push.adalo(body());
    assert.deepEqual([answer.status, answer.json], [404, { error: 'User not found' }]);
    await updateTable(core, systemActor, unmarked, { role: 'users' });
    assert.equal((await push.adalo(body())).status, 200);
  });
});

test('notifications and collections are counted together, five a second, with the three headers on each', async () => {
  const push = await openPushApp({ areLimitsOn: true, clock: createFakeClock() });
  try {
    const send = () =>
      push.adalo({
        appId: push.app.appId,
        audience: { id: push.ada },
        notification: { titleText: 'a', bodyText: 'b' },
      });
    const path = `/v0/apps/${push.app.appId}/collections/${push.users.id}?limit=1`;
    const list = () => push.app.request('GET', path, { key: push.app.keys.app });
    const answers = [await send(), await list(), await send(), await list(), await send(), await send(), await list()];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200, 429, 429],
    );
    assert.deepEqual(
      answers.map(({ headers }) => headers['x-ratelimit-remaining']),
      ['4', '3', '2', '1', '0', '0', '0'],
    );
    for (const { headers } of answers) {
      assert.equal(headers['x-ratelimit-limit'], '5');
      assert.match(String(headers['x-ratelimit-reset']), /^\d{10}$/);
    }
  } finally {
    await push.close();
  }
});

test('where another table becomes the users of the app, notifications go to its records from then on', async () => {
  const push = await openPushApp();
  try {
    const root = `/api/v1/apps/${push.app.appId}`;
    const makeMember = async (path: string, input: object) => {
      const table = await push.call('POST', path, input);
      await push.call('POST', `/api/v1/tables/${table.id}/records`, { fields: { Email: 'member@example.test' } });
      return table;
    };
    const sendTo = (email: string) =>
      push.adalo({
        appId: push.app.appId,
        audience: { email },
        notification: { titleText: 'a', bodyText: 'b' },
      });
    const fields = [{ name: 'Email', type: 'email' }];
    await makeMember(`${root}/tables`, { name: 'Members', role: 'users', fields });
    assert.equal((await sendTo('ada@example.test')).status, 404);
    assert.equal((await sendTo('member@example.test')).status, 200);
    await push.call('PATCH', `/api/v1/tables/${push.users.id}`, { role: 'users' });
    assert.equal((await sendTo('ada@example.test')).status, 200);
    assert.equal((await sendTo('member@example.test')).status, 404);
    const { data } = await push.call('GET', `${root}/tables`);
    assert.deepEqual(
      data.map(({ name, role }: { name: string; role: string | null }) => [name, role]),
      [
        ['Users', 'users'],
        ['Members', null],
      ],
    );
  } finally {
    await push.close();
  }
});
