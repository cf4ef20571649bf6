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
