import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectMediaType, readImageSize } from './media-type.ts';

const detect = (content: string | Uint8Array, name = '', claimed: string | null = null) =>
  detectMediaType(typeof content === 'string' ? Buffer.from(content) : content, name, claimed);

test('no name and no claim make an active type of noise, or a picture of a text', async () => {
  const names = fc.constantFrom('a.html', 'a.svg', 'a.js', 'a.png', 'a.pdf', 'a', 'a.docx', '');
  const claims = fc.constantFrom(
    'text/html',
    'image/svg+xml',
    'image/png',
    'application/pdf',
    'text/javascript',
    null,
    ';',
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), names, claims, async (content, name, claimed) => {
      const noise = Uint8Array.from([0, ...content, 255]);
      assert.doesNotMatch(await detect(noise, name, claimed), /html|svg|javascript|^text/);
      const text = await detect(`plain words ${Buffer.from(content).toString('hex')}`, name, claimed);
      assert.doesNotMatch(text, /^(image|video|audio)|pdf|officedocument/);
    }),
  );
});

test('markup is found behind declarations, comments and space', async () => {
  assert.equal(
    await detect('\ufeff <?xml version="1.0"?><!-- a > b --><!DOCTYPE svg PUBLIC "x">\n<SVG>'),
    'image/svg+xml',
  );
  assert.equal(await detect('<!-- a --><!-- b -->\n<ScRiPt>', 'a.txt', 'text/plain'), 'text/html');
  assert.equal(await detect('<?xml version="1.0"?><feed/>', 'a.txt'), 'application/xml');
  assert.equal(await detect('a < b', 'a.txt'), 'text/plain');
});

test('a text that is cut within a character is a text', async () => {
  const text = Buffer.from('müßig '.repeat(20));
  for (let length = 1; length < text.length; length += 1) {
    assert.equal(await detect(text.subarray(0, length), 'a.md'), 'text/markdown');
  }
});

test('what is in a container is told by its ending, and by nothing else', async () => {
  const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
  assert.equal(await detect(zip, 'a.ods'), 'application/vnd.oasis.opendocument.spreadsheet');
  assert.equal(await detect(zip, 'a.png', 'image/png'), 'application/zip');
});

test('pictures that lie about themselves have no size, and none stops the server', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        '89504e470d0a1a0a0000000d49484452',
        'ffd8ffe1',
        '474946383961',
        '52494646ffffffff57454250',
        '49492a00',
      ),
      fc.uint8Array({ maxLength: 300 }),
      async (magic, rest) => {
        const content = Buffer.concat([Buffer.from(magic, 'hex'), rest]);
        const size = await readImageSize(content, 'image/png');
        if (size !== null) assert.ok(size.width > 0 && size.height > 0);
        assert.equal(typeof (await detect(content)), 'string');
      },
    ),
  );
});
