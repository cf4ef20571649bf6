import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../src/core/errors.ts';
import { sourceOfBytes } from '../../src/core/import/import-source.ts';
import { openSourceTable } from '../../src/core/import/open-source.ts';
import { planImport } from '../../src/core/import/plan-import.ts';
import { bookParts, makeXlsx, makeZip } from './make-xlsx.ts';

const inline = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
const row = (...cells: string[]) => `<row>${cells.join('')}</row>`;

async function rowsOf(file: Buffer, sheet?: string): Promise<[number, ...unknown[]][]> {
  const table = await openSourceTable(sourceOfBytes('book.xlsx', file), sheet);
  const rows: [number, ...unknown[]][] = [];
  for await (const chunk of table.rows()) for (const { line, cells } of chunk) rows.push([line, ...cells]);
  return rows;
}

async function typesOf(file: Buffer): Promise<string[]> {
  const target = { findTable: async () => null } as unknown as Parameters<typeof planImport>[0];
  const { columns } = await planImport(target, { source: sourceOfBytes('book.xlsx', file), table: 'T' });
  return columns.map(({ type }) => type);
}

async function refusal(file: Buffer, message: RegExp, sheet?: string): Promise<void> {
  await assert.rejects(rowsOf(file, sheet), (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, 'body_invalid');
    assert.match(error.message, message);
    return true;
  });
}

describe('reading spreadsheets', () => {
  test('texts that cells share, rich texts and what stands for characters that XML cannot hold', async () => {
    const file = makeXlsx({
      sheets: [
        {
          name: 'A',
          rows: '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row><row r="3"><c r="A3" t="s"><v>2</v></c></row>',
        },
      ],
      shared:
        '<si><t>Name</t></si><si><r><t>Ada </t></r><r><rPr><b/></rPr><t>&amp; Bob</t></r><rPh sb="0"><t>hint</t></rPh></si>' +
        '<si><t xml:space="preserve"> a_x000D_&#10;b </t></si>',
    });
    assert.deepEqual(await rowsOf(file), [
      [2, 'Ada & Bob'],
      [3, ' a\r\nb '],
    ]);
  });

  test('a formula is its last value, and a text that looks like one stays a text', async () => {
    const file = makeXlsx({
      sheets: [
        {
          name: 'A',
          rows:
            row(inline('Sum'), inline('Text'), inline('Looks'), inline('Fault')) +
            row(
              '<c><f>A1+B1</f><v>3</v></c>',
              '<c t="str"><f>CONCAT("a")</f><v>a</v></c>',
              inline('=1+1'),
              '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            ),
        },
      ],
    });
    assert.deepEqual(await rowsOf(file), [[2, '3', 'a', '=1+1', '#DIV/0!']]);
  });

  test('formulas that were saved without a value are told once, with their number', async () => {
    const cells = [
      '<c><f>A1</f></c>',
      '<c><f>A2</f><v>3</v></c>',
      '<c t="str"><f>A3</f><v></v></c>',
      '<c><f>A4</f></c>',
    ];
    const rows = row(inline('A'), inline('B')) + cells.map((cell) => row(inline('x'), cell)).join('');
    const file = makeXlsx({ sheets: [{ name: 'A', rows }] });
    for (const threadFrom of [0, Number.POSITIVE_INFINITY]) {
      const target = { findTable: async () => null } as unknown as Parameters<typeof planImport>[0];
      const plan = await planImport(target, { source: sourceOfBytes('book.xlsx', file), table: 'T', threadFrom });
      plan.content.close();
      assert.equal(plan.notes.length, 1);
      assert.match(plan.notes[0] ?? '', /^2 formulas were saved without their values and are read as empty/);
    }
  });

  test('days, instants, times and hours, by the formats of their cells; both calendars', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="164" formatCode="[$-407]d. mmmm yyyy"/><numFmt numFmtId="165" formatCode="[h]:mm"/>' +
      '<numFmt numFmtId="166" formatCode="&quot;days&quot; 0.00"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="20"/>' +
      '<xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>';
    const cells = [
      '<c s="1"><v>46082</v></c>',
      '<c s="2"><v>46082.5</v></c>',
      '<c s="3"><v>1</v></c>',
      '<c s="4"><v>0.375</v></c>',
      '<c s="5"><v>1.5</v></c>',
      '<c s="6"><v>46082</v></c>',
    ];
    const rows = row(...'abcdef'.split('').map(inline)) + row(...cells);
    assert.deepEqual(await rowsOf(makeXlsx({ sheets: [{ name: 'A', rows }], styles })), [
      [2, '2026-03-01', '2026-03-01T12:00:00.000Z', '1900-01-01', '09:00:00', '36:00:00', '46082'],
    ]);
    const old = await rowsOf(makeXlsx({ sheets: [{ name: 'A', rows }], styles, is1904: true }));
    assert.deepEqual(old[0]?.slice(1, 3), ['2030-03-02', '2030-03-02T12:00:00.000Z']);
  });

  test('boxes, numbers of every size, and cells and rows that are not there', async () => {
    const rows =
      row(inline('Box'), inline('Number'), inline('Large'), inline('Gap'), inline('Last')) +
      '<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4"><v>0.1</v></c><c r="C4"><v>1.2345678901234567E+19</v></c><c r="E4"><v>5</v></c></row>' +
      '<row r="5"/><row r="6"><c r="A6" s="1"/></row>' +
      '<row r="7"><c r="A7" t="b"><v>0</v></c><c r="B7"><v>-1E-3</v></c><c r="C7"><v>7</v></c></row>' +
      '<row r="8"><c r="A8" t="b"><v>1</v></c><c r="G8" t="str"><v>beyond</v></c></row>';
    const file = makeXlsx({ sheets: [{ name: 'A', rows }] });
    assert.deepEqual((await rowsOf(file)).slice(0, 2), [
      [4, 'true', '0.1', '12345678901234567000', '', '5'],
      [7, 'false', '-0.001', '7', '', ''],
    ]);
    assert.deepEqual(await typesOf(file), ['checkbox', 'number', 'text', 'text', 'number']);
    const table = await openSourceTable(sourceOfBytes('book.xlsx', makeXlsx({ sheets: [{ name: 'A', rows }] })));
    const last = (await Array.fromAsync(table.rows())).flat().at(-1);
    assert.deepEqual([last?.line, last?.problem], [8, 'has 7 cells, the header has 5']);
  });

  test('of several sheets the first, or the one that is asked for; others are named', async () => {
    const sheet = (name: string) => ({ name, rows: row(inline('Name')) + row(inline(name)) });
    const file = makeXlsx({ sheets: [sheet('One'), sheet('Two &amp; three')] });
    assert.deepEqual(await rowsOf(file), [[2, 'One']]);
    assert.deepEqual(await rowsOf(file, 'Two & three'), [[2, 'Two &amp; three'.replace('&amp;', '&')]]);
    await refusal(file, /has no sheet "Three"; it has One, Two & three/, 'Three');
    const csv = sourceOfBytes('a.csv', Buffer.from('a\n1\n'));
    await assert.rejects(openSourceTable(csv, 'One'), /is no spreadsheet, so it has no sheets/);
  });

  test('other prefixes, quotes, comments and sections are read as well', async () => {
    const parts = bookParts({ sheets: [{ name: 'A', rows: '' }] }).map((part) =>
      part.name.includes('sheet1')
        ? {
            ...part,
            content:
              "<x:worksheet xmlns:x='y'><!-- <row> --><x:sheetData><x:row r='1'><x:c r='A1' t='inlineStr'><x:is><x:t><![CDATA[a<b]]></x:t></x:is></x:c></x:row>" +
              "<x:row r='2'><x:c r='A2' x='1>2'><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>",
          }
        : part,
    );
    const table = await openSourceTable(sourceOfBytes('book.xlsx', makeZip(parts)));
    assert.deepEqual(table.columns, ['a<b']);
    assert.deepEqual(await rowsOf(makeZip(parts)), [[2, '1']]);
  });
});

describe('hostile spreadsheets', () => {
  const fine = { sheets: [{ name: 'A', rows: row(inline('Name')) + row(inline('x')) }] };

  test('broken files are refused wherever they are cut or changed, never misread', async () => {
    const file = makeXlsx(fine);
    for (let at = 10; at < file.length; at += 61) await assert.rejects(rowsOf(file.subarray(0, at)), AppError);
    const expected = await rowsOf(file);
    for (let at = 4; at < file.length; at += 3) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 0x5a;
      const rows = await rowsOf(changed).catch((error: unknown) => {
        assert.ok(error instanceof AppError, `byte ${at}: ${String(error)}`);
        return null;
      });
      if (rows !== null) assert.deepEqual(rows, expected, `byte ${at}`);
    }
  });

  test('a part that unpacks to far more than anything real is refused while it unpacks', async () => {
    const bomb = (name: string, content: string) =>
      makeZip(bookParts({ ...fine, shared: '' }).map((part) => (part.name === name ? { name, content } : part)));
    const spaces = ' '.repeat(65 * 1024 * 1024);
    await refusal(bomb('xl/workbook.xml', spaces), /is too large: xl\/workbook\.xml/);
    await refusal(bomb('xl/styles.xml', spaces), /is too large/);
    await refusal(bomb('xl/sharedStrings.xml', `<sst><si><t>${'x'.repeat(51_000_000)}`), /texts of more than/);
    await refusal(bomb('xl/worksheets/sheet1.xml', `<sheetData><row><c t="str"><v>${spaces}`), /a cell of more than/);
    await refusal(bomb('xl/worksheets/sheet1.xml', `<sheetData ${spaces}`), /a tag of more than/);
    await refusal(bomb('xl/worksheets/sheet1.xml', '<sheetData><row><c r="ZZZZ1"><v>1</v></c></row>'), /beyond column/);
  });

  test('other ZIP files, protected and wrongly sealed ones are told apart', async () => {
    await refusal(makeZip([{ name: 'a.txt', content: 'x' }]), /is a ZIP file, but no spreadsheet/);
    const parts = bookParts(fine);
    await refusal(makeZip(parts.map((part) => ({ ...part, isEncrypted: true }))), /protected by a password/);
    await refusal(makeZip(parts.map((part) => ({ ...part, crc: 1 }))), /is damaged/);
    await refusal(makeZip(parts.filter(({ name }) => name !== 'xl/workbook.xml')), /no workbook that can be read/);
    await refusal(makeZip(parts.filter(({ name }) => !name.includes('sheet1'))), /has no sheet with cells/);
    await refusal(makeXlsx({ sheets: [{ name: 'A', rows: '' }] }), /is empty/);
  });

  test('entities of the file’s own are refused', async () => {
    const doctype = '<!DOCTYPE a [<!ENTITY b "bbbb">]>';
    const parts = bookParts(fine).map((part) =>
      part.name === 'xl/workbook.xml' ? { ...part, content: doctype + part.content } : part,
    );
    await refusal(makeZip(parts), /has a document type/);
  });
});
