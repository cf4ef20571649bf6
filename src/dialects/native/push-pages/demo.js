// The page of /push/demo. App and token come behind the `#`, which browsers send to no server.
const byId = (id) => document.getElementById(id);
const given = new URLSearchParams(location.hash.slice(1));
let app = given.get('app');
let token = given.get('token');
let endpoint = null;
const seen = new Set();

const say = (text, isWrong = false) => {
  byId('status').textContent = text;
  byId('status').classList.toggle('wrong', isWrong);
};

const done = (step, isDone = true) => byId(`step-${step}`).classList.toggle('done', isDone);

/** What went wrong, and what a person can do about it. */
function explain(error) {
  if (window.Notification?.permission === 'denied' && /not allowed/.test(error.message)) {
    return say(
      'Notifications are blocked for this page. Click the sign to the left of its address, allow notifications there, and load the page again.',
      true,
    );
  }
  say(`That did not work: ${error.message.replace(/\.$/, '')}.`, true);
}

async function call(method, path, body) {
  const answer = await fetch(`/api/v1/apps/${encodeURIComponent(app)}/push${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok)
    throw new Error((await answer.json().catch(() => ({}))).detail ?? `the server answered ${answer.status}`);
}

function load() {
  byId('access').hidden = true;
  byId('steps').hidden = false;
  if (!window.tesseraPush.isSupported) {
    byId('allow').disabled = true;
    say(
      'This browser does not take notifications here. They need an address with https (or localhost); on an iPhone or iPad, first put this page on the home screen.',
      true,
    );
  }
}

/** The script reads its app from its tag: it is added anew once the app is known. */
async function withApp() {
  const script = document.createElement('script');
  script.src = '/push/client.js';
  script.dataset.app = app;
  await new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', reject);
    document.body.append(script);
  });
}

byId('access').addEventListener('submit', async (event) => {
  event.preventDefault();
  app = byId('app').value.trim();
  token = byId('token').value.trim();
  await withApp();
  load();
});

byId('allow').addEventListener('click', async () => {
  say('Answer your browser …');
  try {
    ({ endpoint } = await window.tesseraPush.subscribe(token));
    byId('send').disabled = false;
    byId('leave').hidden = false;
    done('allow');
    say('Notifications are allowed on this browser.');
  } catch (error) {
    explain(error);
  }
});

byId('send').addEventListener('click', async () => {
  try {
    await call('POST', '/test', { token, endpoint });
    done('send');
    say('Sent. It arrives in a moment.');
  } catch (error) {
    explain(error);
  }
});

byId('leave').addEventListener('click', async () => {
  await window.tesseraPush.unsubscribe();
  for (const step of ['allow', 'send', 'arrived']) done(step, false);
  endpoint = null;
  byId('send').disabled = true;
  byId('leave').hidden = true;
  say('This browser gets no more notifications of this app.');
});

navigator.serviceWorker?.addEventListener('message', ({ data }) => {
  if (data?.type !== 'tessera-push') return;
  // A push service may send a message twice; the browser shows it once as well.
  if (data.id && seen.has(data.id)) return;
  seen.add(data.id);
  const item = document.createElement('li');
  const title = document.createElement('strong');
  title.textContent = data.title;
  item.append(title, data.body);
  byId('arrived').prepend(item);
  byId('waiting').hidden = true;
  done('arrived');
  say('It arrived.');
});

if (app !== null && token !== null) {
  history.replaceState(null, '', location.pathname);
  withApp().then(load, () => say('The script of this page did not load.'));
} else {
  byId('command').textContent =
    `curl -X POST ${location.origin}/api/v1/apps/APP/push/tokens \\\n  -H 'Authorization: Bearer tsr_…' -H 'Content-Type: application/json' \\\n  -d '{"audience": {"email": "ada@example.com"}}'`;
  byId('access').hidden = false;
}
