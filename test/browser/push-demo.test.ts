import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { BrowserContextOptions, Page, Worker } from 'playwright-core';
import { openPushApp } from '../push/push-app.ts';
import type { TestDevice } from '../push/push-service.ts';
import { until } from '../webhooks/receiver.ts';
import { checkPage } from './check-page.ts';
import { desktop, openBrowser, phone } from './open-browser.ts';

const browser = await openBrowser();
const { skip } = browser;
const push = await openPushApp();
after(() => push.close());
const { app } = push;

/**
 * A browser without a push service behind it subscribes at that of the tests: this one call is put in its place, everything
 * around it (permission, worker, registration, the message and what is shown of it) is the browser's own.
 */
function subscribeAt({ endpoint, keys }: TestDevice['subscription']): void {
  // Runs in the page.
  const scope = globalThis as unknown as { PushManager: { prototype: Record<string, unknown> } };
  let known: object | null = null;
  scope.PushManager.prototype.subscribe = async (options: object) => {
    known = {
      endpoint,
      options,
      toJSON: () => ({ endpoint, expirationTime: null, keys }),
      unsubscribe: async () => {
        known = null;
        return true;
      },
    };
    return known;
  };
  scope.PushManager.prototype.getSubscription = async () => known;
}

async function openDemo(options: BrowserContextOptions = desktop, hash?: string) {
  // Each of two users: a person may send one notification in two seconds.
  const user = options === phone ? push.bob : push.ada;
  const device = push.service.makeDevice();
  const { page, complaints } = await browser.openPage({ ...options, permissions: ['notifications'] });
  await page.addInitScript(subscribeAt, device.subscription);
  const token = await push.tokenFor({ id: user });
  await page.goto(`${app.url}/push/demo${hash ?? `#app=${app.appId}&token=${token}`}`);
  return { page, complaints, device, token };
}

/** Hands the worker what the push service decrypted, as the browser does when a message comes. */
async function deliver(page: Page, data: object, origin = app.url): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first !== undefined) resolve(first.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  await session.send('ServiceWorker.deliverPushMessage', {
    origin,
    registrationId,
    data: JSON.stringify(data),
  });
}

async function eventually<T>(read: () => T | undefined | Promise<T | undefined>): Promise<T> {
  let value: T | undefined;
  await until(async () => {
    value = await read();
    return value !== undefined;
  }, 'it comes');
  return value as T;
}

/**
 * The small build of the browser that comes by npm shows no notifications: what the worker asks it to show is written down
 * instead. A whole Chrome (TESSERA_TEST_BROWSER) is left as it is.
 */
async function watchShown(page: Page): Promise<() => Promise<readonly Shown[]>> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  if ((await page.evaluate('Notification.permission')) === 'granted') {
    return () =>
      page.evaluate(
        `navigator.serviceWorker.ready.then((one) => one.getNotifications())
          .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))`,
      );
  }
  const worker = workerOf(page);
  await worker.evaluate(
    `self.shown = [];
    ServiceWorkerRegistration.prototype.showNotification = async (title, { body, tag, data }) => {
      self.shown = [...self.shown.filter((one) => one.tag !== tag), { title, body, tag, data }];
    }`,
  );
  return () => worker.evaluate('self.shown');
}

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly data: { readonly url: string | null };
}

function workerOf(page: Page): Worker {
  const worker = page.context().serviceWorkers()[0];
  assert.ok(worker, 'no worker runs');
  return worker;
}

for (const [device, options] of Object.entries({ desktop, phone })) {
  test(`on a ${device} a person allows notifications on the demo page and sees one arrive`, { skip }, async () => {
    const { page, complaints, device: own } = await openDemo(options);
    await page.waitForSelector('#allow:enabled');
    await checkPage(page);
    await page.click('#allow');
    await page.waitForSelector('#send:enabled');
    const shown = await watchShown(page);
    await page.click('#send');
    const { message } = await eventually(() => push.service.pushed.find((one) => one.device === own));
    await deliver(page, message);
    await page.waitForSelector('#arrived li');
    assert.match(String(await page.textContent('#arrived li')), new RegExp(message.title));
    assert.deepEqual(await shown(), [
      { title: message.title, body: message.body, tag: message.id, data: { url: message.url } },
    ]);
    // The same message again, as a push service may send it: shown once.
    await deliver(page, message);
    await deliver(page, { ...message, id: 'another', title: 'Another' });
    await page.waitForSelector('#arrived li:has-text("Another")');
    assert.equal(await page.locator('#arrived li').count(), 2);
    assert.equal((await shown()).length, 2);
    await checkPage(page);
    await page.click('#leave');
    await page.waitForSelector('#leave', { state: 'hidden' });
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
}

test('without a link that names the app, the page says what it needs, and takes it by hand', { skip }, async () => {
  const { page, complaints, token } = await openDemo(phone, '');
  await page.waitForSelector('#access:visible');
  await page.click('summary');
  await checkPage(page);
  await page.fill('#app', app.appId);
  await page.fill('#token', token);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#allow:visible');
  await page.click('#allow');
  await page.waitForSelector('#send:enabled');
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('a token that is none is told in words', { skip }, async () => {
  const { page } = await openDemo(desktop, `#app=${app.appId}&token=psh_nothing`);
  await page.click('#allow');
  await page.locator('#status', { hasText: 'did not work' }).waitFor();
  await page.context().close();
});

test('a click on a notification opens its page, or the home page where it names none', { skip }, async () => {
  const { page } = await openDemo();
  await page.click('#allow');
  await page.waitForSelector('#send:enabled');
  // Only a hand's click may open a window: where the worker wants to go is written down instead.
  const clicked = (url: string | null) =>
    workerOf(page).evaluate(
      `new Promise((resolve) => {
        let isClosed = false;
        const went = (target) => resolve({ target, isClosed });
        Clients.prototype.openWindow = async (target) => went(target);
        WindowClient.prototype.focus = async function () { went('focus ' + this.url); };
        const event = new ExtendableEvent('notificationclick');
        Object.assign(event, {
          notification: { data: { url: ${JSON.stringify(url)} }, close: () => { isClosed = true; } },
          waitUntil: (work) => work.then(() => went(null), (error) => went(String(error))),
        });
        self.dispatchEvent(event);
      })`,
    );
  assert.deepEqual(await clicked('/orders/7'), { target: `${app.url}/orders/7`, isClosed: true });
  assert.deepEqual(await clicked('https://shop.example/x'), { target: 'https://shop.example/x', isClosed: true });
  const home = (await clicked(null)) as { readonly target: string };
  assert.ok(home.target.startsWith(`focus ${app.url}/push/demo`), home.target);
  assert.deepEqual(await clicked('javascript:alert(1)'), { target: null, isClosed: true });
  await page.context().close();
});

test('an app on an origin of its own registers its users by one line, and its worker shows what comes', {
  skip,
}, async (t) => {
  const host = createServer((request, reply) => {
    const answers: Readonly<Record<string, readonly [string, () => string | Promise<string>]>> = {
      '/': [
        'text/html',
        () => `<!doctype html><html lang="en"><title>Shop</title><button id="ring">Keep me posted</button>
          <script src="${app.url}/push/client.js" data-app="${app.appId}" data-token="/my-push-token" data-button="#ring" defer></script>`,
      ],
      '/tessera-push-worker.js': ['text/javascript', () => `importScripts('${app.url}/push/worker.js');`],
      '/my-push-token': [
        'application/json',
        async () => JSON.stringify({ token: await push.tokenFor({ id: push.bob }) }),
      ],
    };
    const [type, make] = answers[request.url ?? ''] ?? ['text/plain', () => ''];
    reply.setHeader('Content-Type', type);
    Promise.resolve(make()).then(
      (text) => reply.end(text),
      () => reply.destroy(),
    );
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  t.after(() => host.close());
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const own = push.service.makeDevice('shop');
  const { page, complaints } = await browser.openPage({ ...phone, permissions: ['notifications'] });
  await page.addInitScript(subscribeAt, own.subscription);
  await page.goto(origin);
  const registered = page.waitForResponse(
    (answer) => answer.url().endsWith('/push/subscriptions') && answer.request().method() === 'POST',
  );
  await page.click('#ring');
  assert.equal((await registered).status(), 201);
  const shown = await watchShown(page);
  await push.notify({ audience: { id: push.bob }, url: '/orders/7' });
  const { message } = await eventually(() => push.service.pushed.find((one) => one.device === own));
  await deliver(page, message, origin);
  const notifications = await eventually(async () => {
    const all = await shown();
    return all.length === 0 ? undefined : all;
  });
  assert.deepEqual(notifications, [
    { title: 'Order ready', body: 'Pick it up at desk 4', tag: message.id, data: { url: '/orders/7' } },
  ]);

  // The browser makes the subscription anew while no page is looked at: only the new one is sent to from then on.
  const renewed = push.service.makeDevice('shop, renewed');
  assert.equal(await renew(page, own.subscription, renewed.subscription), 'done');
  await push.notify({ audience: { id: push.bob }, title: 'After the renewal' });
  await eventually(() => push.service.pushed.find((one) => one.device === renewed));
  assert.deepEqual(
    push.service.pushed.filter(({ device, message }) => device === own && message.title === 'After the renewal'),
    [],
  );
  assert.deepEqual(
    complaints.filter((text) => !text.includes('favicon')),
    [],
  );
  await page.context().close();
});

/** Tells the worker what a browser does that has made its subscription anew. */
function renew(page: Page, before: TestDevice['subscription'], after: TestDevice['subscription']): Promise<unknown> {
  return workerOf(page).evaluate(
    `new Promise((resolve) => {
      const event = new ExtendableEvent('pushsubscriptionchange');
      // The small build of the browser allows no notifications to workers.
      Object.defineProperty(Notification, 'permission', { value: 'granted' });
      Object.assign(event, {
        oldSubscription: { endpoint: ${JSON.stringify(before.endpoint)} },
        newSubscription: { endpoint: ${JSON.stringify(after.endpoint)}, toJSON: () => (${JSON.stringify(after)}) },
        waitUntil: (work) => work.then(() => resolve('done'), (error) => resolve(String(error))),
      });
      self.dispatchEvent(event);
      setTimeout(() => resolve('nobody listens, or it takes too long'), 300_000);
    })`,
  );
}
