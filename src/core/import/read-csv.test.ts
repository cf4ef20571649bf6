import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ImportSource } from './import-source.ts';
import { readCsv, sniffCsv } from './read-csv.ts';

/** In pieces of a few bytes, so that characters and line ends are cut. */
function sourceOf(content: string | Buffer, pieceBytes = 3): ImportSource {
  const bytes = Buffer.from(content as string);
  return {
    name: 'test.csv',
    bytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    },
  };
}

async function rowsOf(content: string | Buffer, pieceBytes?: number): Promise<[number, ...string[]][]> {
  const source = sourceOf(content, pieceBytes);
  const rows: [number, ...string[]][] = [];
  for await (const chunk of readCsv(source, await sniffCsv(source))) {
    for (const { line, cells } of chunk) rows.push([line, ...cells]);
  }
  return rows;
}

describe('reading CSV', () => {
  test('skips a byte order mark and keeps characters that were cut between pieces', async () => {
    assert.deepEqual(await rowsOf('\uFEFFname,city\nTomasz,Kraków\nYuki,東京\n'), [
      [1, 'name', 'city'],
      [2, 'Tomasz', 'Kraków'],
      [3, 'Yuki', '東京'],
    ]);
  });

  for (const [name, end] of [
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
    ['\\r', '\r'],
  ] as const) {
    test(`counts lines ended by ${name} in cells, between rows and of empty lines`, async () => {
      const text = ['a,b', `1,"x${end}y"`, '', '2,z', ''].join(end);
      assert.deepEqual(await rowsOf(text), [
        [1, 'a', 'b'],
        [2, '1', `x${end}y`],
        [5, '2', 'z'],
      ]);
    });
  }

  test('keeps quotes where they do not belong as text, and reads on', async () => {
    assert.deepEqual(await rowsOf('a,b\n5" pipe,x\n"two ""quoted"" words",y\n3,z\n'), [
      [1, 'a', 'b'],
      [2, '5" pipe', 'x'],
      [3, 'two "quoted" words', 'y'],
      [4, '3', 'z'],
    ]);
  });

  test('refuses a file in which a quote is never closed, naming the line', async () => {
    await assert.rejects(rowsOf('a,b\n1,x\n2,"never\n3,z\n'), /begins on line 3 is never closed/);
  });

  test('refuses bytes that are not UTF-8, naming the line', async () => {
    const bytes = Buffer.from('name\nMeier\nM\u00fcller\n', 'latin1');
    for (const pieceBytes of [1, 3, 1000]) await assert.rejects(rowsOf(bytes, pieceBytes), /line 3 is not UTF-8/);
  });

  test('refuses an empty file', async () => {
    await assert.rejects(rowsOf(''), /is empty/);
  });

  test('gives back what was written, whatever the cells hold', async () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.string()).map((text) => text.replace(/[\0\r\uFEFF]/g, ''));
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      );
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const source = sourceOf(rows.map((row) => row.map(quoted).join(',')).join('\n'), 7);
        const read: string[][] = [];
        for await (const chunk of readCsv(source, ',')) for (const { cells } of chunk) read.push([...cells]);
        assert.deepEqual(
          read,
          rows.map((row) => [...row]),
        );
      }),
      { numRuns: 60 },
    );
  });
});
