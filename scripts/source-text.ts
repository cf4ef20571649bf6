/** Splits TypeScript source into code, strings and comments, so that a rule can look at the one that it is about. */

export interface SourceText {
  /** Without comments. */
  readonly uncommented: string;
  /** Without comments and without what is inside strings. */
  readonly code: string;
  /** Only what is inside strings and templates. */
  readonly strings: string;
}

type Part = 'code' | 'string' | 'comment';

// After these a slash begins a regular expression; after anything else it divides.
const beforeRegex = /(?:^|[=(,:[!&|?{};+\-*%~^>]|\b(?:return|typeof|case|in|of|void|throw|await|yield|default))\s*$/;

function regexEnd(source: string, start: number): number {
  let isClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '\n') return start + 1;
    else if (char === '[') isClass = true;
    else if (char === ']') isClass = false;
    else if (char === '/' && !isClass) return at + 1;
  }
  return source.length;
}

function quoteEnd(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at + 1;
    else if (source[at] === '\n') return at;
  }
  return source.length;
}

/** End of a run of template text: past the backtick, or past the `${` that begins an expression. */
function templateEnd(source: string, start: number): number {
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return at + 1;
    else if (source.startsWith('${', at)) return at + 2;
  }
  return source.length;
}

/** Lengths and lines are kept: what a form leaves out becomes spaces. */
export function splitSource(source: string): SourceText {
  const out: Record<Part, string[]> = { code: [], string: [], comment: [] };
  const put = (part: Part, text: string): void => {
    const blank = text.replace(/[^\n]/g, ' ');
    for (const name of ['code', 'string', 'comment'] as const) out[name].push(name === part ? text : blank);
  };
  // Depth of braces at which each open template expression ends.
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  let recent = '';
  const takeString = (start: number, end: number): void => {
    put('string', source.slice(start, end));
    recent = '"';
    at = end;
    if (source.slice(start, end).endsWith('${')) {
      templates.push(depth);
      recent = '{';
    }
  };
  while (at < source.length) {
    const char = source[at] ?? '';
    if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      put('comment', source.slice(at, end === -1 ? source.length : end));
      at = end === -1 ? source.length : end;
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      put('comment', source.slice(at, end === -1 ? source.length : end + 2));
      at = end === -1 ? source.length : end + 2;
    } else if (char === "'" || char === '"') {
      takeString(at, quoteEnd(source, at));
    } else if (char === '`') {
      takeString(at, templateEnd(source, at + 1));
    } else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      takeString(at, templateEnd(source, at + 1));
    } else if (char === '/' && beforeRegex.test(recent)) {
      takeString(at, regexEnd(source, at));
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      put('code', char);
      recent = (recent + char).slice(-12);
      at++;
    }
  }
  const code = out.code.join('');
  const strings = out.string.join('');
  const uncommented = code.replace(/ /g, (space, index: number) => strings[index] ?? space);
  return { uncommented, code, strings };
}
