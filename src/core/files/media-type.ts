/**
 * What a file is, told by its first bytes. The name and the type that a client claims only choose among what the content
 * can be: a text is told from a table by its ending, but nothing makes a picture of a script.
 */
import { isUtf8 } from 'node:buffer';

/** Text formats have no signature: the claim or the ending says which, and any of them is only text. */
const textTypes: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  log: 'text/plain',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  md: 'text/markdown',
  json: 'application/json',
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  xml: 'application/xml',
  ics: 'text/calendar',
  vcf: 'text/vcard',
  yaml: 'application/yaml',
  yml: 'application/yaml',
};
const textTypeNames = new Set(Object.values(textTypes));

/** Formats that are a container of another format; its signature alone is what may be seen of them. */
const inContainer: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'application/zip': {
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    odt: 'application/vnd.oasis.opendocument.text',
    ods: 'application/vnd.oasis.opendocument.spreadsheet',
    odp: 'application/vnd.oasis.opendocument.presentation',
    epub: 'application/epub+zip',
  },
  'application/x-cfb': {
    doc: 'application/msword',
    xls: 'application/vnd.ms-excel',
    ppt: 'application/vnd.ms-powerpoint',
    msg: 'application/vnd.ms-outlook',
  },
};

/** Everything that a `document` field takes. */
const documentTypes = new Set([
  'application/pdf',
  'application/rtf',
  'text/plain',
  'text/csv',
  'text/tab-separated-values',
  'text/markdown',
  ...Object.values(inContainer).flatMap((types) => Object.values(types)),
]);

const unknownType = 'application/octet-stream';

/** `head`: the first bytes, up to `headBytesMax`; the whole content when it is shorter. */
export async function detectMediaType(head: Uint8Array, filename: string, claimed: string | null): Promise<string> {
  if (head.length === 0) return textTypeOf(filename, claimed);
  // Loaded with the first upload: most processes never see one.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime;
  if (found === undefined || found === 'application/xml') {
    return isText(head) ? (markupOf(head) ?? found ?? textTypeOf(filename, claimed)) : unknownType;
  }
  return inContainer[found]?.[extensionOf(filename)] ?? found;
}

/** Width and height in pixels as the picture is shown, from its first bytes; null where they do not tell. */
export async function readImageSize(
  head: Uint8Array,
  mediaType: string,
): Promise<{ readonly width: number; readonly height: number } | null> {
  if (!mediaType.startsWith('image/')) return null;
  const { imageSize } = await import('image-size');
  try {
    // The size of a drawing is found by searching its text: only its beginning is searched.
    const { width, height, orientation } = imageSize(mediaType === 'image/svg+xml' ? head.subarray(0, 8_192) : head);
    if (!isPixels(width) || !isPixels(height)) return null;
    // Orientations from 5 on lie on their side.
    return orientation !== undefined && orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch {
    return null;
  }
}

export function isDocument(mediaType: string): boolean {
  return documentTypes.has(mediaType);
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(filename: string): string {
  return /\.([0-9A-Za-z]{1,10})$/.exec(filename)?.[1]?.toLowerCase() ?? '';
}

function isPixels(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value > 0 && value <= 1_000_000_000;
}

function textTypeOf(filename: string, claimed: string | null): string {
  const type = claimed?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const byEnding = textTypes[extensionOf(filename)];
  // Forms send text/plain for any text they do not know better.
  if (textTypeNames.has(type) && (type !== 'text/plain' || byEnding === undefined)) return type;
  return byEnding ?? 'text/plain';
}

/** UTF-8 without control characters that no text has. The last character may be cut. */
function isText(head: Uint8Array): boolean {
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) return false;
  for (let cut = 0; cut <= 3; cut += 1) if (isUtf8(head.subarray(0, head.length - cut))) return true;
  return false;
}

/** What browsers would take it for, were they let: the markup at its beginning. */
function markupOf(head: Uint8Array): string | null {
  let text = Buffer.from(head.subarray(0, 4_096))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase();
  const hasDeclaration = text.startsWith('<?xml');
  // Declarations and comments before the first element.
  for (let skipped = 0; skipped < 20; skipped += 1) {
    const end = text.startsWith('<!--')
      ? text.indexOf('-->') + 2
      : /^<(\?|!doctype svg)/.test(text)
        ? text.indexOf('>')
        : 0;
    if (end <= 1) break;
    text = text.slice(end + 1).trimStart();
  }
  if (/^<svg[\s>]/.test(text)) return 'image/svg+xml';
  if (
    /^<(!doctype html|html|head|body|script|iframe|style|title|table|div|img|object|embed|meta|link|a|p|b|h1|br)[\s/>]/.test(
      text,
    )
  ) {
    return 'text/html';
  }
  return hasDeclaration ? 'application/xml' : null;
}
