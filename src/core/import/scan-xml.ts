/**
 * Tags and texts of an XML document, piece by piece and without a tree: memory does not grow with it. Enough of XML for the
 * parts of office files; document types, by which entities could be made, are refused.
 */

export interface XmlEvents {
  /** `attributes` as they stand in the tag, for `attributeOf`. An element without content is opened and closed. */
  open?(name: string, attributes: string): void;
  close?(name: string): void;
  /** A long text may come in several parts. */
  text?(text: string): void;
}

/** The document is not well-formed, or has more in one place than anything real. */
export class XmlFault extends Error {}

/** Characters of one tag. */
const tagLengthMax = 1_000_000;
const entityLengthMax = 12;

/** Takes the document in pieces; names are those without a namespace's prefix. @throws XmlFault */
export function createXmlScanner(events: XmlEvents): (piece: string) => void {
  let rest = '';

  function tag(content: string): void {
    const first = content.charCodeAt(0);
    // Instructions and comments say nothing.
    if (first === 63) return;
    if (first === 33) {
      if (content.startsWith('!DOCTYPE')) throw new XmlFault('has a document type');
      return;
    }
    if (first === 47) return events.close?.(localName(content.slice(1).trimEnd()));
    const isEmpty = content.charCodeAt(content.length - 1) === 47;
    const body = isEmpty ? content.slice(0, -1) : content;
    const space = firstSpace(body);
    const name = localName(space === -1 ? body : body.slice(0, space));
    events.open?.(name, space === -1 ? '' : body.slice(space));
    if (isEmpty) events.close?.(name);
  }

  return (piece) => {
    const text = rest === '' ? piece : rest + piece;
    let at = 0;
    for (;;) {
      const start = text.indexOf('<', at);
      const textEnd = start === -1 ? splitBefore(text, at) : start;
      if (textEnd > at) events.text?.(decoded(text.slice(at, textEnd)));
      at = textEnd;
      if (start === -1) break;
      const end = endOfTag(text, start);
      if (end === -1) break;
      if (text.startsWith('<![CDATA[', start)) events.text?.(text.slice(start + 9, end - 3));
      else tag(text.slice(start + 1, end - 1));
      at = end;
    }
    rest = text.slice(at);
    if (rest.length > tagLengthMax) throw new XmlFault(`has a tag of more than ${tagLengthMax} characters`);
  };
}

/** Behind the tag, comment or section that begins here; -1: it does not end yet. */
function endOfTag(text: string, start: number): number {
  if (text.startsWith('<!--', start)) return endOf(text, '-->', start + 4);
  if (text.startsWith('<![CDATA[', start)) return endOf(text, ']]>', start + 9);
  // It may become one of the two.
  if (text.length - start < 9 && text.charCodeAt(start + 1) === 33) return -1;
  let quote = 0;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) quote = code;
    else if (code === 62) return at + 1;
  }
  return -1;
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length;
}

function firstSpace(text: string): number {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) <= 32) return at;
  return -1;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

/** So that no entity and no character is cut. */
function splitBefore(text: string, from: number): number {
  const entity = text.lastIndexOf('&');
  if (entity >= from && text.length - entity <= entityLengthMax && !text.includes(';', entity)) return entity;
  return text.length;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The value of an attribute; null when the tag has none of this (whole) name. */
export function attributeOf(attributes: string, name: string): string | null {
  for (let at = attributes.indexOf(name); at !== -1; at = attributes.indexOf(name, at + 1)) {
    const before = attributes.charCodeAt(at - 1);
    if (before > 32) continue;
    let next = at + name.length;
    while (attributes.charCodeAt(next) <= 32) next += 1;
    if (attributes.charCodeAt(next) !== 61) continue;
    next += 1;
    while (attributes.charCodeAt(next) <= 32) next += 1;
    const quote = attributes[next];
    if (quote !== '"' && quote !== "'") return null;
    const end = attributes.indexOf(quote, next + 1);
    return end === -1 ? null : decoded(attributes.slice(next + 1, end));
  }
  return null;
}
