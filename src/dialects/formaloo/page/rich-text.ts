/**
 * Descriptions that were written as HTML, for pages: a few kinds of markup are built anew, everything else leaves its text.
 * Nothing of the source is copied into the page.
 */
import { attributes, html, type Markup, type Piece } from './html.ts';

type Build = (children: readonly Piece[], attributeText: string) => Markup;

const builders: Readonly<Record<string, Build>> = {
  p: (inner) => html`<p>${inner}</p>`,
  div: (inner) => html`<p>${inner}</p>`,
  b: (inner) => html`<strong>${inner}</strong>`,
  strong: (inner) => html`<strong>${inner}</strong>`,
  i: (inner) => html`<em>${inner}</em>`,
  em: (inner) => html`<em>${inner}</em>`,
  u: (inner) => html`<u>${inner}</u>`,
  s: (inner) => html`<s>${inner}</s>`,
  ul: (inner) => html`<ul>${inner}</ul>`,
  ol: (inner) => html`<ol>${inner}</ol>`,
  li: (inner) => html`<li>${inner}</li>`,
  blockquote: (inner) => html`<blockquote>${inner}</blockquote>`,
  code: (inner) => html`<code>${inner}</code>`,
  pre: (inner) => html`<pre>${inner}</pre>`,
  // Headings inside a description stand below those of the page.
  h1: (inner) => html`<p><strong>${inner}</strong></p>`,
  h2: (inner) => html`<p><strong>${inner}</strong></p>`,
  h3: (inner) => html`<p><strong>${inner}</strong></p>`,
  h4: (inner) => html`<p><strong>${inner}</strong></p>`,
  a: (inner, text) => {
    const href = linkOf(text);
    return href === null
      ? html`${inner}`
      : html`<a${attributes({ href, rel: 'noopener nofollow', target: '_blank' })}>${inner}</a>`;
  },
};

/** Their content is no text for people. */
const silent = new Set([
  'script',
  'style',
  'template',
  'iframe',
  'object',
  'noscript',
  'svg',
  'math',
  'textarea',
  'title',
  'select',
]);
const blocks = new Set(['p', 'div', 'ul', 'ol', 'li', 'blockquote', 'pre', 'h1', 'h2', 'h3', 'h4']);
/** A comment, a tag with its attributes, or text; `<` alone is text. Linear in the length of the source. */
const token = /<!--[\s\S]*?(?:-->|$)|<(\/?)([A-Za-z][A-Za-z0-9]{0,15})((?:\s|\/)[^<>]{0,4000})?>|[^<]+|</g;
const depthMax = 20;

interface Open {
  readonly name: string;
  readonly attributeText: string;
  readonly children: Piece[];
}

export function richText(source: string): Markup {
  const root: Open = { name: '', attributeText: '', children: [] };
  const open: Open[] = [root];
  let silence: string | null = null;
  const add = (piece: Piece) => open.at(-1)?.children.push(piece);
  const close = () => {
    const last = open.pop();
    if (last !== undefined) add(builders[last.name]?.(last.children, last.attributeText));
  };
  for (const [text, slash, written, attributeText = ''] of source.matchAll(token)) {
    const name = written?.toLowerCase();
    if (silence !== null) {
      if (slash === '/' && name === silence) silence = null;
    } else if (name === undefined) {
      if (!text.startsWith('<!--')) add(decoded(text));
    } else if (slash === '/') {
      if (open.some((one) => one.name === name)) while (open.at(-1)?.name !== name) close();
      if (name !== '' && open.at(-1)?.name === name) close();
    } else if (silent.has(name)) {
      silence = name;
    } else if (name === 'br') {
      add(html`<br>`);
    } else if (Object.hasOwn(builders, name) && open.length < depthMax) {
      // A block ends the paragraph that it begins in; browsers would split them the same way.
      if (blocks.has(name)) while (['p', 'h1', 'h2', 'h3', 'h4'].includes(open.at(-1)?.name ?? '')) close();
      open.push({ name, attributeText, children: [] });
    }
  }
  while (open.length > 1) close();
  return html`${root.children}`;
}

/** Without any markup, for places that take text alone. */
export function plainText(source: string): string {
  let silence: string | null = null;
  let text = '';
  for (const [part, slash, written] of source.matchAll(token)) {
    const name = written?.toLowerCase();
    if (silence !== null) {
      if (slash === '/' && name === silence) silence = null;
    } else if (name === undefined) {
      if (!part.startsWith('<!--')) text += decoded(part);
    } else if (slash !== '/' && silent.has(name)) {
      silence = name;
    } else if (name === 'br' || blocks.has(name)) {
      text += ' ';
    }
  }
  return text.replace(/\s+/g, ' ').trim();
}

const linkSchemes = new Set(['https:', 'http:', 'mailto:', 'tel:']);

function linkOf(attributeText: string): string | null {
  const [, double, single, bare] = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i.exec(attributeText) ?? [];
  const address = decoded(double ?? single ?? bare ?? '').trim();
  if (!URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return linkSchemes.has(protocol) ? href : null;
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  zwnj: '\u200c',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  copy: '©',
  colon: ':',
  Tab: '\t',
  NewLine: '\n',
};

/** Entities as what they stand for; unknown ones stay as they are written. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name as string] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code).toWellFormed() : '';
  });
}
