/** What a workbook says besides its cells: its sheets, the texts that cells share, and which numbers are dates. */
import { type ImportSource, sourceRefused } from './import-source.ts';
import { attributeOf, createXmlScanner, type XmlEvents, XmlFault } from './scan-xml.ts';
import { meaningOf, type NumberMeaning } from './spreadsheet-date.ts';
import type { ZipFile } from './zip-file.ts';

export interface Workbook {
  /** Of the sheet that is read. */
  readonly sheet: string;
  readonly sheets: readonly string[];
  /** Part of the file that holds its cells. */
  readonly path: string;
  readonly is1904: boolean;
  /** By the style of a cell. */
  readonly meanings: readonly NumberMeaning[];
  readonly shared: readonly string[];
}

/** Unpacked bytes of a part that is held in memory as a whole; real ones are a thousandth of it. */
const partBytesMax = 64 * 1024 * 1024;
const sharedBytesMax = 512 * 1024 * 1024;
/** Characters of all texts that cells share: they are in memory while rows are read. */
const sharedCharactersMax = 50_000_000;
const sharedTextsMax = 3_000_000;

interface Sheet {
  readonly name: string;
  readonly relation: string;
}

/** `wanted`: a sheet by its name; without, the first. @throws body_invalid */
export async function readWorkbook(source: ImportSource, zip: ZipFile, wanted: string | undefined): Promise<Workbook> {
  if (!zip.names.has('_rels/.rels')) throw sourceRefused(source, 'is a ZIP file, but no spreadsheet (XLSX)');
  const scan = (part: string, events: XmlEvents) => scanPart(source, zip, part, partBytesMax, events);
  const root = await relationsOf(scan, '_rels/.rels', '');
  const book = root.find(({ type }) => type.endsWith('/officeDocument'))?.target;
  if (book === undefined || !book.endsWith('.xml') || !zip.names.has(book)) {
    throw sourceRefused(source, 'holds no workbook that can be read; save it as "Excel workbook (.xlsx)"');
  }
  const sheets: Sheet[] = [];
  let is1904 = false;
  await scan(book, {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = /^(?:1|true)$/.test(attributeOf(attributes, 'date1904') ?? '');
      if (name !== 'sheet') return;
      const relation = attributeOf(attributes, 'r:id') ?? /\s\w+:id\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? '';
      sheets.push({ name: attributeOf(attributes, 'name') ?? '', relation });
    },
  });
  const folder = book.slice(0, book.lastIndexOf('/') + 1);
  const relations = await relationsOf(scan, `${folder}_rels/${book.slice(folder.length)}.rels`, folder);
  const pathOf = ({ relation }: Sheet) =>
    relations.find(({ id, type }) => id === relation && type.endsWith('/worksheet'))?.target;
  const readable = sheets.filter((sheet) => zip.names.has(pathOf(sheet) ?? ''));
  const sheet = wanted === undefined ? readable[0] : readable.find(({ name }) => name === wanted);
  const names = readable.map(({ name }) => name);
  if (sheet === undefined) {
    const problem =
      wanted === undefined ? 'has no sheet with cells' : `has no sheet "${wanted}"; it has ${names.join(', ')}`;
    throw sourceRefused(source, problem);
  }
  const partOf = (kind: string) => relations.find(({ type }) => type.endsWith(kind))?.target ?? '';
  const styles = partOf('/styles');
  const shared = partOf('/sharedStrings');
  return {
    sheet: sheet.name,
    sheets: names,
    path: pathOf(sheet) ?? '',
    is1904,
    meanings: zip.names.has(styles) ? await meaningsOf(scan, styles) : [],
    shared: zip.names.has(shared) ? await sharedTexts(source, zip, shared) : [],
  };
}

/** @throws body_invalid */
async function scanPart(
  source: ImportSource,
  zip: ZipFile,
  part: string,
  bytesMax: number,
  events: XmlEvents,
): Promise<void> {
  for await (const _ of scannedPart(source, zip, part, bytesMax, events));
}

/** As `scanPart`, with a pause after each piece. */
export async function* scannedPart(
  source: ImportSource,
  zip: ZipFile,
  part: string,
  bytesMax: number,
  events: XmlEvents,
): AsyncGenerator<void> {
  const scan = createXmlScanner(events);
  const decoder = new TextDecoder();
  try {
    for await (const bytes of zip.read(part, bytesMax)) {
      scan(decoder.decode(bytes, { stream: true }));
      yield;
    }
  } catch (error) {
    throw error instanceof XmlFault ? sourceRefused(source, `cannot be read: ${part} ${error.message}`) : error;
  }
}

type Scan = (part: string, events: XmlEvents) => Promise<void>;

async function relationsOf(scan: Scan, part: string, folder: string) {
  const relations: { id: string; type: string; target: string }[] = [];
  await scan(part, {
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const target = attributeOf(attributes, 'Target') ?? '';
      relations.push({
        id: attributeOf(attributes, 'Id') ?? '',
        type: attributeOf(attributes, 'Type') ?? '',
        target: resolved(folder, target),
      });
    },
  });
  return relations;
}

function resolved(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1);
  const parts: string[] = [];
  for (const part of `${folder}${target}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

async function meaningsOf(scan: Scan, part: string): Promise<NumberMeaning[]> {
  const codes = new Map<number, string>();
  const meanings: NumberMeaning[] = [];
  let isInCells = false;
  await scan(part, {
    open(name, attributes) {
      if (name === 'numFmt')
        codes.set(Number(attributeOf(attributes, 'numFmtId')), attributeOf(attributes, 'formatCode') ?? '');
      else if (name === 'cellXfs') isInCells = true;
      else if (name === 'xf' && isInCells) {
        const format = Number(attributeOf(attributes, 'numFmtId') ?? 0);
        meanings.push(meaningOf(format, codes.get(format)));
      }
    },
    close(name) {
      if (name === 'cellXfs') isInCells = false;
    },
  });
  return meanings;
}

async function sharedTexts(source: ImportSource, zip: ZipFile, part: string): Promise<string[]> {
  const texts: string[] = [];
  let characters = 0;
  let parts: string[] = [];
  let isText = false;
  let isHint = false;
  await scanPart(source, zip, part, sharedBytesMax, {
    open(name) {
      if (name === 't') isText = true;
      // How a text is spoken is no part of it.
      else if (name === 'rPh') isHint = true;
    },
    text(text) {
      if (!isText || isHint) return;
      characters += text.length;
      if (characters > sharedCharactersMax) {
        throw new XmlFault(`has texts of more than ${sharedCharactersMax} characters; save the sheet as CSV`);
      }
      parts.push(text);
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'rPh') isHint = false;
      else if (name === 'si') {
        if (texts.length >= sharedTextsMax)
          throw new XmlFault(`has more than ${sharedTextsMax} texts; save the sheet as CSV`);
        texts.push(unescaped(parts.length === 1 ? (parts[0] ?? '') : parts.join('')));
        parts = [];
      }
    },
  });
  return texts;
}

/** Characters that XML cannot hold are written as `_x000D_`. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
