// Shows what this server sends. An app on another origin serves a file of its own with one line:
//   importScripts('https://<this server>/push/worker.js');

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const message = readMessage(event.data);
  event.waitUntil(show(message));
});

function readMessage(data) {
  try {
    return data.json();
  } catch {
    return { id: '', title: data ? data.text() : 'Notification', body: '', url: null };
  }
}

async function show({ id, title, body, url }) {
  // The id as tag: a message that comes twice is shown once.
  await self.registration.showNotification(title, { body, tag: id, data: { url } });
  for (const page of await self.clients.matchAll({ includeUncontrolled: true, type: 'window' })) {
    page.postMessage({ type: 'tessera-push', id, title, body });
  }
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.url ?? null));
});

async function openPage(url) {
  const home = new URL('/', self.location.origin).href;
  const target = url === null ? home : new URL(url, home).href;
  if (!/^https?:/.test(target)) return;
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: 'window' });
  const open = pages.find((page) => (url === null ? page.url.startsWith(home) : page.url === target));
  if (open) await open.focus();
  else await self.clients.openWindow(target);
}

// Browsers may make a subscription anew at any time. The server learns of it at once, not at the next visit: what is sent to
// the old one is lost.
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(renew(event));
});

async function renew({ oldSubscription, newSubscription }) {
  const entry = new URL('tessera-push-settings', self.registration.scope);
  const kept = await caches.match(entry, { cacheName: 'tessera-push' });
  if (!kept) return;
  const { base, token: tokenUrl, label } = await kept.json();
  const send = (method, body) =>
    fetch(`${base}/subscriptions`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  if (Notification.permission === 'granted') {
    const subscription = newSubscription ?? (await subscribeAgain(base));
    const answer = await fetch(tokenUrl, { method: 'POST', credentials: 'same-origin' });
    // Signed out meanwhile: registered again by the next visit.
    if (answer.ok) {
      const { token } = await answer.json();
      await send('POST', { token, subscription: subscription.toJSON(), label });
    }
    if (subscription.endpoint === oldSubscription?.endpoint) return;
  }
  if (oldSubscription) await send('DELETE', { endpoint: oldSubscription.endpoint });
}

async function subscribeAgain(base) {
  const { public_key: key } = await (await fetch(`${base}/key`)).json();
  return self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}
