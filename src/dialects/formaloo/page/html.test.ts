import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attributes, html, type Markup, markupText, webAddress } from './html.ts';

test('values are escaped between tags and in attributes, markup is not', () => {
  const inner = html`<b>${'<script>alert("1") & \'2\'</script>'}</b>`;
  assert.equal(
    markupText(html`<p title="${'"><img>'}">${inner}${[1, ' < ', null, false, undefined]}</p>`),
    '<p title="&quot;&gt;&lt;img&gt;"><b>&lt;script&gt;alert(&quot;1&quot;) &amp; &#39;2&#39;&lt;/script&gt;</b>1 &lt; </p>',
  );
});

test('no text of any kind leaves the place where it was put', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = markupText(html`<p title="${text}">${text}</p>`);
      const [, title = '', inner = ''] = /^<p title="([^"<>]*)">([^"'<>]*)<\/p>$/s.exec(shown) ?? [];
      assert.equal(title, inner, shown);
    }),
  );
});

test('what came as JSON is never markup', () => {
  const forged = JSON.parse('{"markup":"<script>","Symbol(markup)":"<script>"}') as Markup;
  assert.throws(() => html`<p>${forged}</p>`);
});

test('attributes: bare for true, absent for nothing, escaped otherwise', () => {
  assert.equal(
    markupText(attributes({ required: true, id: 'a"b', min: 0, max: null, hidden: false })),
    ' required id="a&quot;b" min="0"',
  );
});

test('only addresses of the web become links', () => {
  assert.equal(webAddress('https://example.com/a b'), 'https://example.com/a%20b');
  for (const wrong of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JAVASCRIPT:1',
    'data:text/html,x',
    '/here',
    '',
    null,
  ])
    assert.equal(webAddress(wrong), null);
});
