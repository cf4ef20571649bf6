import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { markupText } from './html.ts';
import { plainText, richText } from './rich-text.ts';

const clean = (source: string) => markupText(richText(source));

test('what people write in descriptions is kept', () => {
  for (const [source, shown] of [
    ['Thanks', 'Thanks'],
    ['<p>Dear <b>Ann</b>,<br>hello</p>', '<p>Dear <strong>Ann</strong>,<br>hello</p>'],
    ['<ul><li>one<li>two</ul>', '<ul><li>one<li>two</li></li></ul>'],
    ['a &amp; b &lt; c &unknown; &#8364;', 'a &amp; b &lt; c &amp;unknown; €'],
    [
      '<a href="https://example.com/?a=1&amp;b=2" onclick="x()">here</a>',
      '<a href="https://example.com/?a=1&amp;b=2" rel="noopener nofollow" target="_blank">here</a>',
    ],
    ['<h1 style="color:red">Big</h1>', '<p><strong>Big</strong></p>'],
    ['1 < 2 and 3 > 2', '1 &lt; 2 and 3 &gt; 2'],
  ] as const)
    assert.equal(clean(source), shown);
});

test('nothing that runs comes through', () => {
  for (const [source, shown] of [
    ['<script>alert(1)</script>x', 'x'],
    ['<SCRIPT SRC=//evil.example></SCRIPT>x', 'x'],
    ['<img src=x onerror=alert(1)>x', 'x'],
    ['<svg><script>alert(1)</script></svg>x', 'x'],
    ['<a href="javascript:alert(1)">x</a>', 'x'],
    ['<a href="java&#115;cript&colon;alert(1)">x</a>', 'x'],
    ['<a href=" &#1;javascript:alert(1)">x</a>', 'x'],
    ['<b onmouseover="alert(1)">x</b>', '<strong>x</strong>'],
    ['&lt;script&gt;', '&lt;script&gt;'],
    ['<!-- <b> -->x', 'x'],
    ['<p title="><script>alert(1)</script>">x</p>', '<p>&quot;&gt;x</p>'],
    ['<style>p{}</style>x<iframe src=//e>', 'x'],
  ] as const)
    assert.equal(clean(source), shown, source);
});

test('whatever the source, the page gets only the tags of the list, balanced', () => {
  const piece = fc.constantFrom(
    '<b>',
    '</b>',
    '<p ',
    '>',
    '<a href="',
    'javascript:1',
    '"',
    "'",
    '<script',
    '</script>',
    '<li>',
    '&lt;',
    '<!--',
    '-->',
    'x',
    '<ul>',
    '</ul>',
    '/',
    '=',
    '<br/>',
    '&#x3c;',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const shown = clean(pieces.join(''));
      const open: string[] = [];
      const rest = shown.replace(
        /<(\/?)(p|strong|em|ul|li|br|a)( href="[^"<>]*" rel="noopener nofollow" target="_blank")?>/g,
        (_tag, slash, name) => {
          if (slash === '/') assert.equal(open.pop(), name, shown);
          else if (name !== 'br') open.push(name as string);
          return '';
        },
      );
      assert.doesNotMatch(rest, /[<>"]/, shown);
      assert.deepEqual(open, [], shown);
    }),
  );
});

test('a text of one line for titles', () => {
  assert.equal(plainText('<p>Dear <b>Ann</b></p><p>hi&nbsp;&lt;you&gt;<script>x</script></p>'), 'Dear Ann hi <you>');
});
