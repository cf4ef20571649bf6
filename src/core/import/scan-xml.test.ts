import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attributeOf, createXmlScanner, XmlFault } from './scan-xml.ts';

/** Events as text; texts that came in parts are one. */
function scanned(document: string, pieceLength: number): string[] {
  const events: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') events.push(`text ${text}`);
    text = '';
  };
  const scan = createXmlScanner({
    open(name, attributes) {
      flush();
      events.push(`open ${name} ${attributeOf(attributes, 'a') ?? '-'}`);
    },
    close(name) {
      flush();
      events.push(`close ${name}`);
    },
    text(part) {
      text += part;
    },
  });
  for (let at = 0; at < document.length; at += pieceLength) scan(document.slice(at, at + pieceLength));
  flush();
  return events;
}

test('says the same however the document is cut into pieces', () => {
  const part = fc.constantFrom(
    '<x:row a="1">',
    "<c b='a' a='x>y'/>",
    '</x:row>',
    '<v>',
    '</v>',
    'text & more',
    '&lt;&#252;&#x1F600;&amp;lt;',
    '😀',
    '<!-- <no> -->',
    '<![CDATA[a]b<c>]]>',
    '<?xml a="1"?>',
    ' \n',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (parts, pieceLength) => {
      // A tag at the end: what follows the last tag may wait for more.
      const document = `${parts.join('')}<end/>`;
      assert.deepEqual(scanned(document, pieceLength), scanned(document, document.length));
    }),
    { numRuns: 500 },
  );
});

test('reads tags, attributes, entities and sections', () => {
  assert.deepEqual(
    scanned(`<a:b c="1" a='&quot;2&quot;'>x &lt; &#65;&nope;<![CDATA[<&lt;>]]></a:b><d aa="9" />`, 1000),
    ['open b "2"', 'text x < A&nope;<&lt;>', 'close b', 'open d -', 'close d'],
  );
});

test('refuses document types, and tags without an end', () => {
  assert.throws(() => scanned('<!DOCTYPE a>', 100), XmlFault);
  assert.throws(() => scanned(`<a ${' '.repeat(1_100_000)}`, 100_000), XmlFault);
});
