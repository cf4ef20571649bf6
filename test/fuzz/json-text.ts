/** JSON as text that can be changed node by node, into what no JSON library would write: doubled keys, huge numbers. */

interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: 'value' | 'member';
  /** An object or list that can take one more. */
  readonly isOpen: boolean;
}

/** Where the values and the members of objects stand in a text that is JSON. */
function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  const string = (): void => {
    for (at += 1; text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    at += 1;
  };
  const space = (): void => {
    while (/^[ \t\r\n]$/.test(text[at] ?? '')) at += 1;
  };
  const value = (): void => {
    space();
    const start = at;
    const first = text[at];
    if (first === '"') string();
    else if (first === '{' || first === '[') {
      at += 1;
      space();
      while (text[at] !== '}' && text[at] !== ']') {
        const memberStart = at;
        if (first === '{') {
          string();
          space();
          at += 1;
        }
        value();
        if (first === '{') spans.push({ start: memberStart, end: at, kind: 'member', isOpen: false });
        space();
        if (text[at] === ',') at += 1;
        space();
      }
      at += 1;
    } else while (at < text.length && !/[,\]}\s]/.test(text[at] ?? '')) at += 1;
    spans.push({ start, end: at, kind: 'value', isOpen: first === '{' || first === '[' });
  };
  value();
  return spans;
}

export type JsonEdit =
  | { readonly edit: 'replace'; readonly at: number; readonly token: string }
  | { readonly edit: 'remove'; readonly at: number }
  | { readonly edit: 'double'; readonly at: number; readonly token: string }
  | { readonly edit: 'add'; readonly at: number; readonly name: string; readonly token: string };

/** Applies one edit to text that is still JSON; anything else stays as it is. */
export function editJson(text: string, edit: JsonEdit): string {
  let spans: Span[];
  try {
    JSON.parse(text);
    spans = spansOf(text);
  } catch {
    // No JSON any more, or too deep to look into.
    return text;
  }
  const pick = (isWanted: (span: Span) => boolean): Span | undefined => {
    const wanted = spans.filter(isWanted);
    return wanted[edit.at % Math.max(1, wanted.length)];
  };
  if (edit.edit === 'replace') {
    const span = pick(({ kind }) => kind === 'value');
    return span === undefined ? text : text.slice(0, span.start) + edit.token + text.slice(span.end);
  }
  if (edit.edit === 'add') {
    const span = pick(({ isOpen }) => isOpen);
    if (span === undefined) return text;
    const isEmpty = text.slice(span.start + 1, span.end - 1).trim() === '';
    const member = text[span.start] === '{' ? `${JSON.stringify(edit.name)}:${edit.token}` : edit.token;
    return `${text.slice(0, span.start + 1)}${member}${isEmpty ? '' : ','}${text.slice(span.start + 1)}`;
  }
  const span = pick(({ kind }) => kind === 'member');
  if (span === undefined) return text;
  const member = text.slice(span.start, span.end);
  if (edit.edit === 'double') {
    const [name] = /^"(?:[^"\\]|\\.)*"\s*:/.exec(member) ?? [''];
    return `${text.slice(0, span.start)}${member},${name}${edit.token}${text.slice(span.end)}`;
  }
  // With one of the commas beside it.
  const after = text[span.end] === ',' ? span.end + 1 : span.end;
  const before = after === span.end && text[span.start - 1] === ',' ? span.start - 1 : span.start;
  return text.slice(0, before) + text.slice(after);
}
