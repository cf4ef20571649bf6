import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { addressOf } from '../../../src/dialects/formaloo/slugs.ts';
import { everyField, type MadeForm, makeForm, rowsOf, slugIn } from '../../browser/forms.ts';
import { createFakeClock, startTestApp, type TestResponse } from '../../harness.ts';
import { clientOf, type FileContent, multipartOf, urlencodedOf } from './client.ts';

const clock = createFakeClock();
const app = await startTestApp({ clock });
after(() => app.close());
const client = clientOf(app);

const picture: FileContent = {
  name: 'cat.png',
  type: 'image/png',
  bytes: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};

const show = (form: MadeForm, query = '') => app.request('GET', `/f/${form.address}${query}`);
const patch = (form: MadeForm, body: object) => client.data(200, 'PATCH', `/v3.0/forms/${form.slug}/`, body);

function tokenIn({ text }: TestResponse): string {
  return /name="form\.token" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** Sends answers by alias, as a browser without scripts does. */
async function send(
  form: MadeForm,
  answers: Readonly<Record<string, string>>,
  options: { token?: string; query?: string } = {},
) {
  const token = options.token ?? tokenIn(await show(form));
  const named = Object.entries(answers).map(([alias, value]) => [form.fields[alias] ?? alias, value]);
  return app.request(
    'POST',
    `/f/${form.address}${options.query ?? ''}`,
    urlencodedOf({ 'form.token': token, ...Object.fromEntries(named) }),
  );
}

async function sendParts(form: MadeForm, parts: readonly (readonly [string, string | FileContent])[]) {
  const named = parts.map(([alias, value]) => [form.fields[alias] ?? alias, value] as const);
  return app.request('POST', `/f/${form.address}`, multipartOf([['form.token', tokenIn(await show(form))], ...named]));
}

const contact = () =>
  makeForm(app, { title: 'Contact' }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'email', alias: 'email', title: 'E-mail', unique: true },
    { type: 'choice', alias: 'topic', title: 'Topic', bulk_choices: ['Sales', 'Support'] },
  ]);

test('the page of a form shows every field that people can fill in, and runs nothing but its own script', async () => {
  const form = await makeForm(app, { title: 'All of it' }, everyField);
  const { status, headers, text } = await show(form);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  const inputs = [
    'name',
    'email',
    'day',
    'moment',
    'topic',
    'size',
    'interests',
    'stars',
    'country',
    'city',
    'photo',
    'message',
    'agree',
  ];
  for (const alias of inputs) assert.ok(text.includes(`name="${slugIn(form, alias)}"`), alias);
  assert.equal([...text.matchAll(/<script/g)].length, 1);
  assert.doesNotMatch(text, / on[a-z]+="|style="|https?:\/\/(?!tessera)[^"]*\.(?:js|css)/);
  const policy = String(headers['content-security-policy']);
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", 'frame-ancestors *'])
    assert.ok(policy.includes(part), part);
  assert.doesNotMatch(policy, /unsafe/);
});

test('what a form says is text: nothing in it becomes markup, and links lead to the web alone', async () => {
  const evil = '"><script>alert(1)</script>';
  const form = await makeForm(
    app,
    {
      title: evil,
      description: `<p onclick="x()">Hi</p><script>alert(2)</script><a href="javascript:alert(3)">go</a>`,
      success_message: '<img src=x onerror=alert(4)>ok',
      button_text: evil,
      customized_texts: { thanks: evil },
    },
    [
      { type: 'short_text', alias: 'a', title: evil, description: evil },
      { type: 'choice', alias: 'b', title: 'B', choice_items: [{ title: evil, image: 'javascript:alert(5)' }] },
      { type: 'meta', sub_type: 'section', title: evil, description: evil },
    ],
  );
  for (const { text } of [await show(form), await send(form, { a: evil, b: evil }), await show(form, '/done')]) {
    assert.equal([...text.matchAll(/<script/gi)].length, 1);
    assert.doesNotMatch(text, /onclick|onerror|javascript:|<img/i);
  }
});

test('a table has a page when somebody meant it to', async () => {
  const table = await app.makeTable([{ name: 'Name', type: 'text' }]);
  const address = addressOf(table.id);
  const hidden = await app.request('GET', `/f/${address}`);
  assert.deepEqual([hidden.status, hidden.headers['content-type']], [404, 'text/html; charset=utf-8']);
  assert.equal(
    (await app.request('POST', `/f/${address}`, urlencodedOf({ [table.fields[0]?.id.slice(0, 8) ?? '']: 'x' }))).status,
    404,
  );
  assert.equal((await app.request('GET', '/f/nobody01')).status, 404);
  await client.data(200, 'PATCH', `/v3.0/forms/${table.id.slice(0, 8)}/`, { active: true });
  assert.equal((await app.request('GET', `/f/${address}`)).status, 200);
});

test('a form answers at its new address and no more at the old one', async () => {
  const form = await contact();
  await patch(form, { address: 'say-hello' });
  assert.equal((await app.request('GET', '/f/say-hello')).status, 200);
  assert.equal((await show(form)).status, 404);
});

test('what is sent is stored as through the API, and the success page follows', async () => {
  const form = await makeForm(app, { title: 'All of it' }, everyField);
  const choice = (alias: string, title: string) => form.choices[alias]?.[title] ?? '';
  const view = await client.data(200, 'GET', `/v3.0/fields/${slugIn(form, 'matrix')}/`);
  const [row] = view.field.choice_groups;
  const [column] = view.field.choice_items;
  const sent = await sendParts(form, [
    ['name', 'Ann'],
    ['email', 'ann@example.com'],
    ['phone', '+49 30 1234567'],
    ['website', 'https://example.com/'],
    ['age', '41'],
    ['budget', '12.5'],
    ['day', '2026-04-01'],
    ['hour', '09:30'],
    ['moment', '2026-04-01T09:30'],
    [`${slugIn(form, 'moment')}.utc`, '2026-04-01T07:30:00.000Z'],
    ['topic', choice('topic', 'Support')],
    ['size', choice('size', 'Large')],
    ['interests', choice('interests', 'Music')],
    ['interests', choice('interests', 'Books')],
    ['ranks', choice('ranks', 'Forest')],
    ['ranks', choice('ranks', 'Sea')],
    ['coming', 'yes'],
    ['stars', '4'],
    ['nps', '0'],
    ['liked', '1'],
    [`${slugIn(form, 'matrix')}.${row.slug}`, column.slug],
    ['country', 'DE'],
    ['photo', picture],
    [`${slugIn(form, 'guests')}.0.Name`, 'Bo'],
    [`${slugIn(form, 'guests')}.2.Name`, 'Cy'],
    ['tickets', '2'],
    ['code', 'ABC'],
    ['place', 'Unter den Linden 1'],
    ['source', 'poster'],
    ['message', 'Line one\nline two'],
    ['agree', 'true'],
  ]);
  assert.equal(sent.status, 303, sent.text);
  assert.match(String(sent.headers.location), new RegExp(`^/f/${form.address}/done\\?code=[0-9a-z]{20}$`));
  const done = await app.request('GET', String(sent.headers.location));
  assert.equal(done.status, 200);
  assert.match(done.text, /<h1[^>]*>Thank you<\/h1>/);
  const [stored] = await rowsOf(app, form);
  const { photo, place, ...rest } = stored ?? {};
  assert.match(String(photo), /cat\.png$/);
  assert.match(JSON.stringify(place), /Unter den Linden/);
  assert.deepEqual(rest, {
    name: 'Ann',
    email: 'ann@example.com',
    phone: '+49 30 1234567',
    website: 'https://example.com/',
    age: 41,
    budget: 12.5,
    day: '2026-04-01',
    hour: '09:30:00',
    moment: '2026-04-01T07:30:00.000Z',
    topic: choice('topic', 'Support'),
    size: choice('size', 'Large'),
    interests: [choice('interests', 'Music'), choice('interests', 'Books')],
    ranks: [choice('ranks', 'Forest'), choice('ranks', 'Sea')],
    coming: 'yes',
    stars: 4,
    nps: 0,
    liked: 1,
    matrix: { [row.slug]: column.slug },
    country: 'DE',
    city: null,
    signature: null,
    guests: [{ Name: 'Bo' }, { Name: 'Cy' }],
    tickets: 2,
    code: 'ABC',
    source: 'poster',
    message: 'Line one\r\nline two'.replace('\r', ''),
    agree: true,
  });
});

test('what is wrong stands beside its field, what was typed stays, and nothing is stored', async () => {
  const form = await contact();
  const answer = await send(form, { email: 'nobody', topic: form.choices.topic?.Support ?? '' });
  assert.equal(answer.status, 400);
  const name = slugIn(form, 'name');
  const email = slugIn(form, 'email');
  assert.match(
    answer.text,
    new RegExp(`<p class="error" id="f-${name}-error"><bdi>This field is required\\.</bdi></p>`),
  );
  assert.match(answer.text, new RegExp(`id="f-${email}-error"><bdi>Must be an e-mail address\\.`));
  assert.match(
    answer.text,
    new RegExp(
      `id="f-${email}" name="${email}" value="nobody" aria-describedby="f-${email}-error" aria-invalid="true"`,
    ),
  );
  assert.match(
    answer.text,
    new RegExp(`<a href="#f-${name}">Name: <bdi>This field is required\\.</bdi></a>.*<a href="#f-${email}">`, 's'),
  );
  assert.match(answer.text, new RegExp(`value="${form.choices.topic?.Support}"[^>]* checked`));
  assert.match(answer.text, /<title>There is a problem: Contact/);
  assert.deepEqual(await rowsOf(app, form), []);
});

test('a file of a form that was refused is not sent again', async () => {
  const form = await makeForm(app, { title: 'Files' }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'file', alias: 'photo', title: 'Photo', required: true },
  ]);
  const first = await sendParts(form, [
    ['name', ''],
    ['photo', picture],
  ]);
  assert.equal(first.status, 400);
  const kept = `${slugIn(form, 'photo')}.kept`;
  const id = new RegExp(`name="${kept}" value="([0-9A-Za-z]{16})" checked`).exec(first.text)?.[1] ?? '';
  assert.match(first.text, /Attached: cat\.png/);
  const second = await sendParts(form, [
    ['name', 'Ann'],
    [kept, id],
    ['photo', { name: '', type: 'application/octet-stream', bytes: Buffer.alloc(0) }],
  ]);
  assert.equal(second.status, 303, second.text);
  assert.match(String((await rowsOf(app, form))[0]?.photo), new RegExp(`/files/${id}/cat\\.png$`));
});

test('a file that somebody else sent elsewhere cannot be named as kept', async () => {
  const fields = [{ type: 'file', alias: 'photo', title: 'Photo', required: true }];
  const other = await makeForm(app, { title: 'Other' }, [
    ...fields,
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
  ]);
  const refused = await sendParts(other, [['photo', picture]]);
  const id = /\.kept" value="([0-9A-Za-z]{16})"/.exec(refused.text)?.[1] ?? '';
  assert.equal(id.length, 16);
  const form = await makeForm(app, { title: 'Files' }, fields);
  assert.equal((await sendParts(form, [[`${slugIn(form, 'photo')}.kept`, id]])).status, 400);
});

test('a file that is too large is told beside its field, together with the rest', async () => {
  const form = await makeForm(app, { title: 'Files' }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'file', alias: 'photo', title: 'Photo', required: true, max_size: 1 },
  ]);
  const large = { ...picture, bytes: Buffer.concat([picture.bytes, Buffer.alloc(5000)]) };
  const answer = await sendParts(form, [['photo', large]]);
  assert.equal(answer.status, 400);
  assert.match(answer.text, new RegExp(`id="f-${slugIn(form, 'photo')}-error"><bdi>This file is too large\\.`));
  assert.match(answer.text, new RegExp(`id="f-${slugIn(form, 'name')}-error"><bdi>This field is required`));
  assert.deepEqual(await rowsOf(app, form), []);
});

test('a form that is sent twice is one submission; other answers under its token are another', async () => {
  const form = await contact();
  const token = tokenIn(await show(form));
  const answers = await Promise.all(
    [1, 2, 3].map(() => send(form, { name: 'Ann', email: 'a@example.com' }, { token })),
  );
  assert.equal(new Set(answers.map(({ status, headers }) => `${status} ${headers.location}`)).size, 1);
  assert.equal(answers[0]?.status, 303);
  assert.equal((await rowsOf(app, form)).length, 1);
  assert.equal((await send(form, { name: 'Bo' }, { token })).status, 303);
  assert.equal((await rowsOf(app, form)).length, 2);
});

test('the last submission that a form takes may be sent twice as well', async () => {
  const form = await contact();
  await patch(form, { max_submit_count: 1 });
  const token = tokenIn(await show(form));
  const first = await send(form, { name: 'Ann' }, { token });
  const again = await send(form, { name: 'Ann' }, { token });
  assert.deepEqual([first.status, again.status, again.headers.location], [303, 303, first.headers.location]);
});

test('a unique answer that is taken is told beside its field', async () => {
  const form = await contact();
  assert.equal((await send(form, { name: 'Ann', email: 'same@example.com' })).status, 303);
  const again = await send(form, { name: 'Bo', email: 'same@example.com' });
  assert.equal(again.status, 400);
  assert.match(again.text, new RegExp(`id="f-${slugIn(form, 'email')}-error"`));
});

test('a form that takes nothing says so, before and after it is filled in', async () => {
  const form = await contact();
  const token = tokenIn(await show(form));
  const day = 86_400_000;
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ active: false }, /This form is not active\./],
    [{ active: true, submit_start_time: new Date(clock.now() + day).toISOString() }, /does not take submissions yet/],
    [
      { submit_start_time: null, submit_end_time: new Date(clock.now() - day).toISOString() },
      /no longer takes submissions/,
    ],
    [{ submit_end_time: null, needs_login: true }, /You have to log in/],
  ];
  for (const [attributes, said] of cases) {
    await patch(form, attributes);
    const shown = await show(form);
    assert.equal(shown.status, 200);
    assert.match(shown.text, said);
    assert.doesNotMatch(shown.text, /<form/);
    const sent = await send(form, { name: 'Ann' }, { token });
    assert.equal(sent.status, 400);
    assert.match(sent.text, said);
  }
  await patch(form, { needs_login: false, max_submit_count: 1 });
  assert.equal((await send(form, { name: 'Ann' })).status, 303);
  assert.match((await show(form)).text, /has reached its number of submissions/);
  assert.match((await send(form, { name: 'Bo' }, { token })).text, /has reached its number of submissions/);
  assert.equal((await rowsOf(app, form)).length, 1);
});

test('a form with a time limit says how long there is, and takes nothing that was begun before', async () => {
  const form = await contact();
  await patch(form, { time_limit: '00:30:00' });
  const shown = await show(form);
  assert.match(shown.text, /role="timer" data-seconds="1800">Time left: <bdi>30:00<\/bdi>/);
  const token = tokenIn(shown);
  clock.advance(29 * 60_000);
  const wrong = await send(form, { name: '' }, { token });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /data-seconds="60">/);
  assert.equal(tokenIn(wrong), token);
  clock.advance(60_000 + 4_000);
  assert.equal((await send(form, { name: 'Ann' }, { token })).status, 303);
  clock.advance(2_000);
  const late = await send(form, { name: 'Bo' }, { token });
  assert.equal(late.status, 400);
  assert.match(late.text, /<h2>The time to fill in this form is over\.<\/h2><p><a href="[^"]+">Start again/);
  assert.doesNotMatch(late.text, /<form/);
  // Another time than the one that was signed, the token of another form, and none at all.
  const other = await contact();
  await patch(other, { time_limit: '00:30:00' });
  const later = token.replace(/^[0-9a-z]+/, clock.now().toString(36));
  for (const forged of [later, tokenIn(await show(other)), `${clock.now().toString(36)}-${'A'.repeat(16)}`, '']) {
    const refused = await send(form, { name: 'Cy' }, { token: forged });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /has a time limit\. Please open it again/);
  }
  assert.equal((await rowsOf(app, form)).length, 1);
  assert.equal(
    (
      await client.open('POST', `/v3.0/form-displays/slug/${form.slug}/submit/`, {
        body: { [form.fields.name ?? '']: 'By program' },
      })
    ).status,
    201,
  );
  await patch(form, { time_limit: null });
  assert.equal((await send(form, { name: 'Dy' }, { token })).status, 303);
});

test('the time of a draft goes on from when it was begun', async () => {
  const form = await contact();
  await patch(form, { time_limit: '01:00:00', accept_draft_answers: true });
  const token = tokenIn(await show(form));
  clock.advance(40 * 60_000);
  const kept = await send(form, { name: 'Ann', 'form.action': 'draft' }, { token });
  assert.equal(kept.status, 303);
  const address = String(kept.headers.location);
  const code = new URL(address, app.url).searchParams.get('draft') ?? '';
  clock.advance(15 * 60_000);
  const again = await app.request('GET', address);
  assert.match(again.text, /data-seconds="300">/);
  clock.advance(6 * 60_000);
  const late = await send(form, { name: 'Ann', 'form.draft': code }, { token: tokenIn(again) });
  assert.equal(late.status, 400);
  assert.match(late.text, /time to fill in this form is over/);
  const closed = await app.request('GET', address);
  assert.deepEqual([closed.status, /<form/.test(closed.text)], [200, false]);
  for (const [method, path, body] of [
    ['POST', `form-displays/slug/${form.slug}/submit/`, { submit_code: code }],
    ['POST', `form-displays/slug/${form.slug}/submit/`, { submit_code: code, status: 'draft' }],
    ['PATCH', `draft-rows/${code}/`, {}],
  ] as const) {
    const refused = await client.open(method, `/v3.0/${path}`, { body });
    assert.deepEqual(
      [refused.status, refused.json.errors.general_errors],
      [400, ['The time to fill in this form is over.']],
    );
  }
  assert.deepEqual(await rowsOf(app, form), []);
});

test('who has sent as often in a day as the form takes is told so, and keeps what was typed', async () => {
  const form = await contact();
  await patch(form, { max_submit_per_ip_per_day: 1 });
  assert.equal((await send(form, { name: 'Ann' })).status, 303);
  const again = await send(form, { name: 'Bo' });
  assert.equal(again.status, 400);
  assert.match(again.text, /You have reached the number of submissions that this form takes in a day\./);
  assert.match(again.text, /value="Bo"/);
});

test('a large upload to a form that is closed is answered by its page, not by a broken connection', async () => {
  const form = await makeForm(app, { title: 'Files', active: false }, [
    { type: 'file', alias: 'photo', title: 'Photo' },
  ]);
  const body = multipartOf([[slugIn(form, 'photo'), { ...picture, bytes: Buffer.alloc(8_000_000) }]]);
  for (const address of [form.address, 'nothing1']) {
    const answer = await app.request('POST', `/f/${address}`, body);
    assert.match(answer.text, /This form is not active|There is no form here/);
  }
});

test('after submission the form leads on to its own address, inside a frame by a link', async () => {
  const form = await contact();
  await patch(form, { form_redirects_after_submit: 'https://example.com/thanks?x=1', include_data_on_redirect: true });
  const { headers } = await show(form);
  assert.match(String(headers['content-security-policy']), /form-action 'self' https:\/\/example\.com;/);
  const sent = await send(form, { name: 'Ann' });
  assert.equal(sent.status, 303);
  assert.match(
    String(sent.headers.location),
    /^https:\/\/example\.com\/thanks\?x=1&row_slug=\w+&submit_code=\w+&name=Ann$/,
  );
  const framed = await send(form, { name: 'Bo' }, { query: '?embed=1' });
  assert.match(String(framed.headers.location), new RegExp(`^/f/${form.address}/done\\?embed=1&code=`));
  const done = await app.request('GET', String(framed.headers.location));
  assert.match(done.text, /<a class="button" href="https:\/\/example\.com\/thanks[^"]*;name=Bo" target="_top">/);
});

test('the address of the page fills in: by slug, by alias, choices by title, hidden fields as well', async () => {
  const form = await makeForm(app, { title: 'Prefilled' }, [
    { type: 'short_text', alias: 'name', title: 'Name', default: 'nobody' },
    { type: 'choice', alias: 'topic', title: 'Topic', bulk_choices: ['Sales', 'Support'] },
    { type: 'hidden', alias: 'source', title: 'Source' },
    { type: 'short_text', alias: 'secret', title: 'Secret', admin_only: true },
    { type: 'number', alias: 'count', title: 'Count', default: 3, decimal_places: 0 },
  ]);
  assert.match((await show(form)).text, /value="nobody"/);
  const { text } = await show(form, `?${slugIn(form, 'name')}=%3CAnn%3E&topic=support&source=poster&secret=x`);
  assert.match(text, new RegExp(`name="${slugIn(form, 'name')}" value="&lt;Ann&gt;"`));
  assert.match(text, new RegExp(`value="${form.choices.topic?.Support}"[^>]* checked`));
  assert.match(text, new RegExp(`type="hidden" name="${slugIn(form, 'source')}" value="poster"`));
  assert.match(text, new RegExp(`name="${slugIn(form, 'count')}" value="3"`));
  assert.ok(!text.includes(slugIn(form, 'secret')));
  assert.equal((await send(form, { name: 'Ann', source: 'poster', secret: 'x' })).status, 303);
  const [row] = await rowsOf(app, form);
  assert.deepEqual([row?.source, row?.secret], ['poster', null]);
});

test('a form can be saved and gone on with, where it allows that', async () => {
  const form = await makeForm(app, { title: 'Long', accept_draft_answers: true }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'short_text', alias: 'more', title: 'More', required: true },
    { type: 'file', alias: 'photo', title: 'Photo' },
  ]);
  const saved = await sendParts(form, [
    ['name', 'Ann'],
    ['more', ''],
    ['photo', picture],
    ['form.action', 'draft'],
  ]);
  assert.equal(saved.status, 303, saved.text);
  const location = String(saved.headers.location);
  const page = await app.request('GET', location);
  assert.match(page.text, /Your answers are saved/);
  assert.match(page.text, new RegExp(`name="${slugIn(form, 'name')}" value="Ann"`));
  assert.match(page.text, /Attached: cat\.png/);
  assert.deepEqual(await rowsOf(app, form), []);
  const code = new URL(location, app.url).searchParams.get('draft') ?? '';
  assert.equal((await send(form, { name: 'Ann', more: '', 'form.draft': code })).status, 400);
  assert.equal((await send(form, { name: 'Ann', more: 'yes', 'form.draft': code })).status, 303);
  assert.equal((await rowsOf(app, form)).length, 1);
  assert.doesNotMatch((await app.request('GET', location)).text, /value="Ann"/);
});

test('programs that fill in everything store nothing; a form that asks whether one is a robot does', async () => {
  const form = await contact();
  assert.equal((await send(form, { name: 'Bot', 'form.trap': 'http://spam.example' })).status, 303);
  assert.deepEqual(await rowsOf(app, form), []);
  await patch(form, { has_recaptcha: true });
  const refused = await send(form, { name: 'Ann' });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /Please confirm that you are not a robot\./);
  assert.equal((await send(form, { name: 'Ann', 'form.human': '1' })).status, 303);
});

test('a form that shuffles does so for each visit, keeps the order while it is corrected, and its other choice last', async () => {
  const titles = 'abcdefghij'.split('');
  const form = await makeForm(app, { title: 'Shuffled', shuffle_fields: true }, [
    {
      type: 'choice',
      alias: 'letter',
      title: 'Letter',
      bulk_choices: titles,
      shuffle_choices: true,
      has_other_choice: true,
      required: true,
    },
    ...titles.map((alias) => ({ type: 'short_text', alias, title: alias })),
  ]);
  const order = ({ text }: TestResponse) =>
    [...text.matchAll(/id="q-(\w+)"|class="choice">.*?<span>(\w+)</g)].map(([, slug, title]) => slug ?? title ?? '');
  const choices = (shown: readonly string[]) => shown.filter((one) => one.length === 1 || one === 'Other');
  const [one, other] = [await show(form), await show(form)];
  assert.notDeepEqual(order(one), order(other));
  assert.deepEqual(order(one).toSorted(), order(other).toSorted());
  assert.deepEqual(choices(order(one)).toSorted(), [...titles, 'Other'].toSorted());
  assert.equal(choices(order(one)).at(-1), 'Other');
  const refused = await send(form, {}, { token: tokenIn(one) });
  assert.equal(refused.status, 400);
  assert.deepEqual(order(refused), order(one));
});

test('after submission a form tells what it was set to tell, to who holds the code', async () => {
  const form = await contact();
  await patch(form, { show_answers: true, assign_submit_number: true, show_submit_tracking_code: true });
  const sent = await send(form, { name: 'Ann <x>', topic: form.choices.topic?.Sales ?? '' });
  const done = await app.request('GET', String(sent.headers.location));
  for (const said of [/Number of your submission/, /Tracking code/, /Ann &lt;x&gt;/, /<dd>Sales<\/dd>/])
    assert.match(done.text, said);
  const other = await contact();
  await patch(other, { show_answers: true });
  const strange = await app.request('GET', String(sent.headers.location).replace(form.address, other.address));
  assert.doesNotMatch(strange.text, /Ann/);
});

test('cities are typed by name, and suggested; countries are a list', async () => {
  const form = await makeForm(app, { title: 'Places' }, [
    { type: 'city', alias: 'city', title: 'City' },
    { type: 'country', alias: 'country', title: 'Country' },
  ]);
  assert.match((await show(form)).text, /<option value="IR">Iran<\/option>/);
  const { json } = await app.request('GET', `/f/${form.address}/choices/${slugIn(form, 'city')}?search=tehr`);
  assert.deepEqual(json.choices[0], 'Tehran');
  const sent = await send(form, { city: ' tehran ' });
  assert.equal(sent.status, 303, sent.text);
  assert.equal((await send(form, { city: 'Nowhere at all' })).status, 400);
});

test('rows of another table are offered where the form was made to offer them, and only there', async () => {
  const colours = await makeForm(app, { title: 'Colours' }, [{ type: 'short_text', alias: 'name', title: 'Name' }]);
  await send(colours, { name: 'Moss green' });
  const form = await makeForm(app, { title: 'Order' }, [
    { type: 'lookup', alias: 'colour', title: 'Colour', related_form: colours.slug },
  ]);
  const { text } = await show(form);
  const slug = /<option value="(\w{20,})">Moss green/.exec(text)?.[1] ?? '';
  assert.equal((await send(form, { colour: slug })).status, 303);
  const secret = await app.makeTable([{ name: 'Name', type: 'text' }]);
  const linked = await app.makeTable([
    { name: 'Name', type: 'text' },
    { name: 'Secret', type: 'relation', options: { target: secret.id } },
  ]);
  await client.data(200, 'PATCH', `/v3.0/forms/${linked.id.slice(0, 8)}/`, { active: true });
  assert.doesNotMatch((await app.request('GET', `/f/${addressOf(linked.id)}`)).text, /Secret/);
});

test('colors, logo, language and direction of the form show', async () => {
  const form = await makeForm(
    app,
    {
      title: 'فرم تماس',
      theme_config: { language: 'fa' },
      button_color: '{"r":200,"g":0,"b":80,"a":1}',
      logo: 'https://pictures.example/logo.png',
      button_text: 'ارسال',
    },
    [{ type: 'short_text', alias: 'name', title: 'نام' }],
  );
  const { text, headers } = await show(form);
  assert.match(text, /<html lang="fa" dir="rtl" class="themed">/);
  assert.match(text, /<img class="logo" src="https:\/\/pictures\.example\/logo\.png" alt="">/);
  assert.match(text, />ارسال<\/button>/);
  const css = /<style>([^<]*)<\/style>/.exec(text)?.[1] ?? '';
  assert.doesNotMatch(css, /--frame/);
  assert.match(css, /--button:rgb\(200 0 80\)/);
  const policy = String(headers['content-security-policy']);
  assert.ok(policy.includes(`'sha256-${createHash('sha256').update(css).digest('base64')}'`));
  assert.match(policy, /img-src 'self' data: blob: https:\/\/pictures\.example;/);
});

test('inside a frame the form comes without its title and picture, and only where the form allows', async () => {
  const form = await contact();
  const { text } = await show(form, '?embed=1');
  assert.match(text, /class="embedded"/);
  assert.match(text, /<h1 class="unseen">Contact<\/h1>/);
  assert.match(text, new RegExp(`action="/f/${form.address}\\?embed=1"`));
  await patch(form, { theme_config: { frame_ancestors: ['https://shop.example', 'x; script-src *'] } });
  const policy = String((await show(form)).headers['content-security-policy']);
  assert.match(policy, /frame-ancestors 'self' https:\/\/shop\.example$/);
});

test('scripts and style sheet are kept by browsers, and change their address with their content', async () => {
  const page = await show(await contact());
  for (const name of ['form.css', 'form.js']) {
    const address = new RegExp(`"(/f/${name}\\?v=\\w+)"`).exec(page.text)?.[1] ?? '';
    const asset = await app.request('GET', address);
    assert.equal(asset.status, 200);
    assert.match(String(asset.headers['cache-control']), /immutable/);
  }
  const embed = await app.request('GET', '/f/embed.js');
  assert.deepEqual([embed.status, embed.headers['cross-origin-resource-policy']], [200, 'cross-origin']);
  assert.doesNotMatch(String(embed.headers['cache-control']), /immutable/);
});

test('bodies that no form sends are refused with a page', async () => {
  const form = await contact();
  const json = await app.request('POST', `/f/${form.address}`, { body: { name: 'Ann' } });
  assert.deepEqual([json.status, json.headers['content-type']], [415, 'text/html; charset=utf-8']);
  const broken = await app.request('POST', `/f/${form.address}`, {
    body: '--x\r\nbroken',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  assert.equal(broken.status, 400);
  const huge = await app.request(
    'POST',
    `/f/${form.address}`,
    multipartOf([1, 2, 3].map((n) => [`x${n}`, 'y'.repeat(900_000)] as const)),
  );
  assert.equal(huge.status, 413);
  assert.deepEqual(await rowsOf(app, form), []);
});

test('one address sends no more than a classroom does', async (t) => {
  const limited = await startTestApp({ areLimitsOn: true });
  t.after(() => limited.close());
  const form = await makeForm(limited, { title: 'Limited' }, []);
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => limited.request('POST', `/f/${form.address}`, urlencodedOf({}))),
  );
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 10, `${refused.length} refused`);
  assert.equal(refused[0]?.headers['retry-after'], '1');
});
