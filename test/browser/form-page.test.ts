import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { clientOf } from '../dialects/formaloo/client.ts';
import { startTestApp } from '../harness.ts';
import { checkPage } from './check-page.ts';
import { everyField, type MadeForm, makeForm, rowsOf, slugIn } from './forms.ts';
import { desktop, openBrowser, phone } from './open-browser.ts';

const browser = await openBrowser();
const { skip } = browser;
const app = await startTestApp();
after(() => app.close());

const whole = () =>
  makeForm(
    app,
    { title: 'Visit us in spring', description: '<p>Tell us about <a href="https://example.com">you</a>.</p>' },
    everyField,
  );
const pageOf = (form: MadeForm, query = '') => `${app.url}/f/${form.address}${query}`;
const input = (form: MadeForm, alias: string) => `#f-${slugIn(form, alias)}`;
const choice = (form: MadeForm, alias: string, title: string) =>
  `input[name="${slugIn(form, alias)}"][value="${form.choices[alias]?.[title] ?? ''}"]`;
const picture = {
  name: 'cat.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
};

const focused = (page: Page) => page.evaluate('document.activeElement.id || document.activeElement.className');

for (const [device, options] of Object.entries({ desktop, phone })) {
  test(`on a ${device}: filled in, told what is wrong, corrected, sent with a file`, { skip }, async () => {
    const form = await whole();
    const { page, complaints } = await browser.openPage({ ...options, timezoneId: 'Europe/Berlin' });
    await page.goto(pageOf(form));
    await checkPage(page);
    await page.fill(input(form, 'name'), 'Ann');
    await page.fill(input(form, 'email'), 'nobody');
    await page.setInputFiles(input(form, 'photo'), picture);
    await page.click('.send');
    assert.equal(await focused(page), 'summary');
    assert.deepEqual(await page.locator('.summary li').allTextContents(), [
      'E-mail: Must be an e-mail address.',
      'Topic: This field is required.',
      'I agree to the terms: This field is required.',
    ]);
    await checkPage(page);
    await page.click('.summary a >> nth=0');
    assert.equal(await focused(page), `f-${slugIn(form, 'email')}`);
    await page.fill(input(form, 'email'), 'ann@example.com');
    await page.check(choice(form, 'topic', 'Support'));
    await page.check(input(form, 'agree'));
    await page.fill(input(form, 'moment'), '2026-04-01T09:30');
    await page.check(`input[name="${slugIn(form, 'stars')}"][value="4"]`);
    // Only the server knows that this is no code.
    await page.fill(input(form, 'code'), 'abc');
    await page.click('.send');
    await page.waitForSelector('.summary');
    assert.match(String(await page.textContent(`${input(form, 'code')}-error`)), /./);
    assert.equal(await page.isChecked(choice(form, 'topic', 'Support')), true);
    assert.match(String(await page.textContent('.kept')), /cat\.png/);
    await checkPage(page);
    await page.fill(input(form, 'code'), 'ABC');
    await Promise.all([page.waitForURL(/\/done\?/), page.click('.send')]);
    assert.equal(await page.textContent('h1'), 'Thank you');
    await checkPage(page);
    const [row] = await rowsOf(app, form);
    assert.deepEqual([row?.name, row?.stars, row?.moment], ['Ann', 4, '2026-04-01T07:30:00.000Z']);
    assert.match(String(row?.photo), /cat\.png$/);
    // The one answer that is no success is told by the browser as well.
    assert.deepEqual(
      complaints.filter((text) => !text.includes('400 (Bad Request)')),
      [],
    );
    await page.context().close();
  });
}

test('in the dark, right to left, in colors of its own and closed it is as readable', { skip }, async () => {
  const fields = everyField.slice(0, 14);
  const forms = [
    await makeForm(app, { title: 'فرم تماس با ما', theme_config: { language: 'fa' }, button_text: 'ارسال' }, fields),
    await makeForm(
      app,
      {
        title: 'Yellow',
        theme_color: '#ffe600',
        button_color: '#ffe600',
        submit_text_color: '#ffffff',
        background_color: '#fffbe0',
        text_color: '#d0d0d0',
      },
      fields,
    ),
    await makeForm(app, { title: 'Night', background_color: '{"r":20,"g":24,"b":40,"a":1}' }, fields),
    await makeForm(app, { title: 'Closed', active: false }, fields),
  ];
  for (const form of forms) {
    for (const query of ['', '?embed=1']) {
      const { page, complaints } = await browser.openPage({ ...desktop, colorScheme: 'dark' });
      await page.goto(pageOf(form, query));
      await checkPage(page);
      if ((await page.locator('.send').count()) > 0) {
        await page.click('.send');
        await checkPage(page);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    }
  }
});

test('by keyboard alone: every question is reached in order, answered and sent', { skip }, async () => {
  const form = await makeForm(app, { title: 'Keys' }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'choice', alias: 'topic', title: 'Topic', bulk_choices: ['Sales', 'Support'] },
    { type: 'rating', alias: 'stars', title: 'Stars' },
    { type: 'dropdown', alias: 'size', title: 'Size', bulk_choices: ['Small', 'Large'] },
    { type: 'checkbox', alias: 'agree', title: 'Agree', required: true },
  ]);
  const { page } = await browser.openPage(desktop);
  await page.goto(pageOf(form));
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('Tab');
  assert.equal(await focused(page), `f-${slugIn(form, 'name')}`);
  // Sent too early: the way back is by keyboard as well.
  await press('Enter');
  assert.equal(await focused(page), 'summary');
  await press('Tab', 'Enter');
  assert.equal(await focused(page), `f-${slugIn(form, 'name')}`);
  await page.keyboard.type('Ann');
  await press('Tab', 'ArrowDown', 'Tab', 'ArrowRight', 'ArrowRight', 'Tab');
  assert.equal(await focused(page), `f-${slugIn(form, 'size')}`);
  await press('L', 'Tab', 'Space', 'Tab');
  assert.equal(await focused(page), 'send');
  assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none');
  await Promise.all([page.waitForURL(/\/done\?/), press('Enter')]);
  const [row] = await rowsOf(app, form);
  assert.deepEqual(row, {
    name: 'Ann',
    topic: form.choices.topic?.Support,
    stars: 3,
    size: form.choices.size?.Large,
    agree: true,
  });
});

test('step by step: one page at a time, each with its own mistakes', { skip }, async () => {
  const form = await makeForm(app, { title: 'Steps', form_type: 'multi_step' }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'meta', sub_type: 'page_break', title: 'And then' },
    { type: 'short_text', alias: 'more', title: 'More' },
    { type: 'regex', alias: 'code', title: 'Code', regex: '^[A-Z]{3}$' },
    { type: 'meta', sub_type: 'page_break', title: 'At last' },
    { type: 'short_text', alias: 'last', title: 'Last' },
  ]);
  const { page } = await browser.openPage(phone);
  await page.goto(pageOf(form));
  const shown = () => page.locator('.page:visible').getAttribute('id');
  assert.equal(await page.textContent('.progress span'), 'Step 1 of 3');
  await checkPage(page);
  await page.click('.send');
  assert.equal(await shown(), 'page-1');
  assert.equal(await page.locator('.summary').count(), 1);
  await page.fill(input(form, 'name'), 'Ann');
  await page.click('.send');
  assert.deepEqual([await shown(), await focused(page)], ['page-2', 'page-2']);
  await checkPage(page);
  await page.fill(input(form, 'code'), 'abc');
  await page.click('text=Back');
  assert.equal(await shown(), 'page-1');
  await page.click('.send');
  await page.click('.send');
  assert.equal(await shown(), 'page-3');
  await page.click('.send');
  // Refused by the server for what stands on the second page.
  await page.waitForSelector('.summary');
  assert.equal(await shown(), 'page-2');
  await page.fill(input(form, 'code'), 'ABC');
  await page.click('.send');
  await Promise.all([page.waitForURL(/\/done/), page.click('.send')]);
  assert.deepEqual(await rowsOf(app, form), [{ name: 'Ann', more: null, code: 'ABC', last: null }]);
});

test('a time limit is counted down, told in its last minute, and ends what can be sent', { skip }, async () => {
  const form = await makeForm(app, { title: 'Quiz', time_limit: '00:02:00' }, [
    { type: 'short_text', alias: 'name', title: 'Name' },
  ]);
  const { page, complaints } = await browser.openPage(desktop);
  // The page's clock stands still from the start: how long things take here is no part of the test.
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
  await page.goto(pageOf(form));
  assert.match(String(await page.textContent('.timer')), /^Time left: 0[12]:\d\d$/);
  assert.equal(await page.textContent('.timer + .unseen'), '');
  await page.clock.runFor(65_000);
  assert.match(String(await page.textContent('.timer.ending')), /^Time left: 00:5\d$/);
  assert.match(String(await page.textContent('.timer + .unseen')), /^Time left: (?:01:00|00:59)$/);
  await page.clock.runFor(65_000);
  assert.match(String(await page.textContent('.summary[role=alert]')), /The time to fill in this form is over/);
  await page.clock.resume();
  await checkPage(page);
  await page.fill(input(form, 'name'), 'Ann');
  await page.press(input(form, 'name'), 'Enter');
  assert.equal(page.url(), pageOf(form));
  assert.equal(await page.getAttribute('.send', 'aria-disabled'), 'true');
  await page.click('.summary a');
  await page.waitForSelector('.timer');
  assert.equal((await rowsOf(app, form)).length, 0);
  assert.deepEqual(complaints, []);
});

test('drawn, suggested and added: what a script makes easier', { skip }, async () => {
  const form = await makeForm(app, { title: 'Script' }, [
    { type: 'signature', alias: 'signature', title: 'Signature', required: true },
    { type: 'city', alias: 'city', title: 'City' },
    { type: 'table', alias: 'guests', title: 'Guests', column_groups: [{ title: 'Name' }], max_rows: 4 },
  ]);
  const { page, complaints } = await browser.openPage(desktop);
  await page.goto(pageOf(form));
  await checkPage(page);
  const pad = await page.locator('.pad').boundingBox();
  assert.ok(pad);
  await page.mouse.move(pad.x + 30, pad.y + 30);
  await page.mouse.down();
  await page.mouse.move(pad.x + 120, pad.y + 90, { steps: 4 });
  await page.mouse.up();
  await page.locator(input(form, 'city')).pressSequentially('Tehra');
  await page.waitForSelector('datalist option', { state: 'attached' });
  await page.fill(input(form, 'city'), 'Tehran');
  assert.equal(await page.locator('.entry').count(), 1);
  for (const _more of [2, 3, 4]) await page.click('text=Add another');
  assert.equal(await page.locator('.entry').count(), 4);
  assert.equal(await page.isVisible('text=Add another'), false);
  await page.keyboard.type('Dee');
  await page.waitForFunction('document.querySelector("input[type=file]").files.length === 1');
  await Promise.all([page.waitForURL(/\/done/), page.click('.send')]);
  const [row] = await rowsOf(app, form);
  assert.match(String(row?.signature), /signature\.png$/);
  assert.deepEqual(row?.guests, [{ Name: 'Dee' }]);
  assert.ok(row?.city);
  assert.deepEqual(complaints, []);
});

test('without scripts the same form is filled in and sent', { skip }, async () => {
  const form = await whole();
  const { page } = await browser.openPage({ ...phone, javaScriptEnabled: false });
  await page.goto(pageOf(form));
  await page.click('.send');
  assert.match(String(await page.textContent('.summary')), /Your name: This field is required\./);
  await page.fill(input(form, 'name'), 'Ann');
  await page.fill(input(form, 'email'), 'ann@example.com');
  await page.check(choice(form, 'topic', 'Sales'));
  await page.check(input(form, 'agree'));
  await page.click('.send');
  await page.waitForURL(/\/done/);
  assert.equal((await rowsOf(app, form))[0]?.name, 'Ann');
});

test('a second click while the form is on its way sends nothing more', { skip }, async () => {
  const form = await makeForm(app, { title: 'Twice' }, [{ type: 'short_text', alias: 'name', title: 'Name' }]);
  const { page } = await browser.openPage(desktop);
  let posts = 0;
  await page.route(pageOf(form), async (route) => {
    if (route.request().method() === 'POST') posts += 1;
    await route.continue();
  });
  await page.goto(pageOf(form));
  await page.fill(input(form, 'name'), 'Ann');
  await page.evaluate('for (let n = 0; n < 3; n += 1) document.querySelector(".send").click()');
  await page.waitForURL(/\/done/);
  assert.equal(posts, 1);
  assert.equal((await rowsOf(app, form)).length, 1);
});

test('a page of another origin embeds the form by one line: in place, as high as it is, and on to where it leads', {
  skip,
}, async (t) => {
  const form = await makeForm(app, { title: 'Embedded' }, [
    { type: 'short_text', alias: 'name', title: 'Name', required: true },
    { type: 'long_text', alias: 'message', title: 'Message' },
  ]);
  const host = createServer((request, reply) => {
    reply.setHeader('Content-Type', 'text/html');
    const tag = `<script src="${app.url}/f/embed.js" data-form="${form.address}" data-title="Contact form" data-value-name="Ann"></script>`;
    reply.end(
      `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>${request.url === '/' ? tag : 'Welcome back'}</main>`,
    );
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  t.after(() => host.close());
  const hostUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const { page, complaints } = await browser.openPage(desktop);
  await page.goto(hostUrl);
  const frame = page.frameLocator('iframe[title="Contact form"]');
  assert.equal(await frame.locator(input(form, 'name')).inputValue(), 'Ann');
  const heights = 'document.querySelector("iframe").getBoundingClientRect().height';
  await page.waitForFunction(`${heights} < 470 && ${heights} > 200`);
  await frame.locator(input(form, 'name')).fill('');
  await frame.locator('.send').click();
  await frame.locator('.summary').waitFor();
  await frame.locator(input(form, 'name')).fill('Ann');
  await frame.locator('.send').click();
  await frame.locator('.done').waitFor();
  assert.equal((await rowsOf(app, form)).length, 1);
  assert.deepEqual(
    complaints.filter((text) => !text.includes('favicon')),
    [],
  );
  await checkPage(page);
  await clientOf(app).data(200, 'PATCH', `/v3.0/forms/${form.slug}/`, {
    form_redirects_after_submit: `${hostUrl}/thanks`,
  });
  await page.goto(hostUrl);
  await frame.locator('.send').click();
  await page.waitForURL(`${hostUrl}/thanks`);
});
