// Notifications for a web app, in one line:
//   <script src="https://<this server>/push/client.js" data-app="<app id>" data-token="/my-push-token" defer></script>
// `data-token`: a path of the app's own server that answers {"token": "psh_…"} for whoever is signed in.
// `data-button`: selector of what asks for permission when it is clicked. Without: call tesseraPush.subscribe() on a click.
// `data-worker`: the service worker on the page's origin; without: /push/worker.js here, /tessera-push-worker.js elsewhere.
// `data-scope`: its scope; without: what the browser takes.
(() => {
  const script = document.currentScript;
  const { app, token: tokenPath, button, worker, scope } = script.dataset;
  const server = new URL(script.src).origin;
  const workerPath = worker ?? (server === location.origin ? '/push/worker.js' : '/tessera-push-worker.js');
  const base = `${server}/api/v1/apps/${encodeURIComponent(app ?? '')}/push`;

  const isSupported = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

  async function readToken() {
    const answer = await fetch(tokenPath, { method: 'POST', credentials: 'same-origin' });
    if (!answer.ok) throw new Error(`no token: ${tokenPath} answered ${answer.status}`);
    return (await answer.json()).token;
  }

  async function call(method, path, body) {
    const answer = await fetch(base + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok)
      throw new Error((await answer.json().catch(() => ({}))).detail ?? `the server answered ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  }

  async function registration() {
    const known = await navigator.serviceWorker.register(workerPath, scope === undefined ? {} : { scope });
    if (known.active) return known;
    const coming = known.installing ?? known.waiting;
    await new Promise((resolve) => {
      coming.addEventListener('statechange', () => coming.state === 'activated' && resolve());
    });
    return known;
  }

  /** Asks for permission where needed (on a click), and registers this browser for the user of the token. */
  async function subscribe(token) {
    if (!isSupported) throw new Error('this browser does not take notifications');
    if ((await Notification.requestPermission()) !== 'granted') throw new Error('notifications were not allowed');
    const { public_key: key } = await call('GET', '/key');
    const own = await registration();
    const { pushManager } = own;
    let subscription = await pushManager.getSubscription();
    // Made for another server, or for this one before it got new keys.
    if (subscription !== null && !isSameKey(subscription.options.applicationServerKey, key)) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const body = { token: token ?? (await readToken()), subscription: subscription.toJSON(), label: labelOf() };
    await call('POST', '/subscriptions', body);
    // Storage may be closed to this page; then the next visit renews.
    const settings = tokenPath && { base, token: new URL(tokenPath, location.href).href, label: body.label };
    await remember(own.scope, settings ?? null).catch(() => undefined);
    return subscription;
  }

  /** What the worker needs to register again by itself when the browser makes the subscription anew. */
  async function remember(workerScope, settings) {
    const cache = await caches.open('tessera-push');
    const entry = new URL('tessera-push-settings', workerScope);
    if (settings === null) return cache.delete(entry);
    return cache.put(entry, new Response(JSON.stringify(settings)));
  }

  /** To be called when the user signs out. */
  async function unsubscribe() {
    const known = await navigator.serviceWorker.getRegistration(scope ?? workerPath);
    if (known) await remember(known.scope, null).catch(() => undefined);
    const subscription = await known?.pushManager.getSubscription();
    if (!subscription) return;
    await call('DELETE', '/subscriptions', { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }

  function isSameKey(buffer, key) {
    if (!buffer) return false;
    const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') === key;
  }

  function labelOf() {
    const brand = navigator.userAgentData?.brands?.at(-1)?.brand;
    const platform = navigator.userAgentData?.platform ?? navigator.platform;
    return [brand ?? navigator.userAgent.split(' ').at(-1), platform].filter(Boolean).join(', ');
  }

  window.tesseraPush = { isSupported, subscribe, unsubscribe, call };

  if (button !== undefined) {
    document.querySelector(button)?.addEventListener('click', () => {
      subscribe().catch((error) => console.warn(`tessera push: ${error.message}`));
    });
  }
  // Allowed before: renewed at every visit, so that the server has what the browser has now.
  if (isSupported && tokenPath !== undefined && Notification.permission === 'granted') {
    subscribe().catch((error) => console.warn(`tessera push: ${error.message}`));
  }
})();
