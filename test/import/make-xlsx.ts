/** Spreadsheets part by part, so that they can be as Excel makes them, and as nobody should. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly content: string | Buffer;
  readonly isEncrypted?: boolean;
  /** What the file says of it, instead of what is true. */
  readonly crc?: number;
}

export function makeZip(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const { name, content, isEncrypted = false, crc } of parts) {
    const bytes = Buffer.from(content as string);
    const packed = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(isEncrypted ? 1 : 0, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), fields, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), fields, tail, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

export interface SheetPart {
  readonly name: string;
  /** What stands in `sheetData`. */
  readonly rows: string;
}

export interface BookParts {
  readonly sheets: readonly SheetPart[];
  /** Items of the shared texts: `<si>…</si>`. */
  readonly shared?: string;
  /** What stands in `styleSheet`. */
  readonly styles?: string;
  readonly is1904?: boolean;
}

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** The parts of a workbook in the order in which Excel writes them. */
export function bookParts({ sheets, shared, styles, is1904 = false }: BookParts): ZipPart[] {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${relations}/${type}" Target="${target}"/>`;
  return [
    { name: '[Content_Types].xml', content: `${xml}<Types/>` },
    {
      name: '_rels/.rels',
      content: `${xml}<Relationships>${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      content:
        `${xml}<workbook xmlns:r="${relations}"><workbookPr date1904="${is1904 ? 1 : 0}"/><sheets>` +
        sheets.map(({ name }, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('') +
        '</sheets></workbook>',
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content:
        `${xml}<Relationships>` +
        sheets.map((_, at) => relation(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`)).join('') +
        relation('rId98', 'styles', 'styles.xml') +
        relation('rId99', 'sharedStrings', 'sharedStrings.xml') +
        '</Relationships>',
    },
    ...sheets.map(({ rows }, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      content: `${xml}<worksheet><dimension ref="A1"/><sheetData>${rows}</sheetData></worksheet>`,
    })),
    { name: 'xl/styles.xml', content: `${xml}<styleSheet>${styles ?? ''}</styleSheet>` },
    ...(shared === undefined ? [] : [{ name: 'xl/sharedStrings.xml', content: `${xml}<sst>${shared}</sst>` }]),
  ];
}

export function makeXlsx(parts: BookParts): Buffer {
  return makeZip(bookParts(parts));
}
