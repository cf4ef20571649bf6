/** HTML by construction: a template whose values are escaped, so that only what stands in our own source is ever markup. */

/** Not exported and no text: nothing that came over the wire can pretend to be markup. */
const content = Symbol('markup');

export interface Markup {
  readonly [content]: string;
}

/** What a template takes: text is escaped, markup is not, lists are joined, and nothing leaves nothing. */
export type Piece = Markup | string | number | false | null | undefined | readonly Piece[];

/** Values may stand between tags and inside double quotes. For attributes that can be absent there is `attributes`. */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return { [content]: parts.reduce((text, part, index) => text + textOf(values[index - 1]) + part) };
}

export function markupText(markup: Markup): string {
  return markup[content];
}

/** ` name="value"` for each; `true` is the bare name, and nothing leaves nothing. Names are never input. */
export function attributes(values: Readonly<Record<string, string | number | boolean | null | undefined>>): Markup {
  let text = '';
  for (const [name, value] of Object.entries(values)) {
    if (value === true) text += ` ${name}`;
    else if (value !== false && value !== null && value !== undefined) text += ` ${name}="${escaped(String(value))}"`;
  }
  return { [content]: text };
}

/** The address if it is one of the web, for links and pictures; null for `javascript:` and whatever else there is. */
export function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

function textOf(value: Piece): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return content in value ? value[content] : value.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.toWellFormed().replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
