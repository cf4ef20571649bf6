/** From a right request to bytes: edits of every layer, as plain data, so that a failure can be told and shrunk. */
import fc from 'fast-check';
import { editJson, type JsonEdit } from './json-text.ts';
import { headers, methods, queryNames, queryValues, segments, texts, tokens } from './nasty.ts';
import type { Seed } from './seeds.ts';
import type { WireRequest } from './wire.ts';

export type Edit =
  | JsonEdit
  | { readonly edit: 'bytes'; readonly at: number; readonly remove: number; readonly insert: string }
  | { readonly edit: 'body'; readonly text: string }
  | { readonly edit: 'encoding'; readonly as: 'utf16le' | 'latin1' | 'bom' | 'base64' }
  | { readonly edit: 'segment'; readonly at: number; readonly text: string }
  | { readonly edit: 'query'; readonly name: string; readonly value: string; readonly isDouble: boolean }
  | { readonly edit: 'cursor'; readonly token: string }
  | { readonly edit: 'header'; readonly name: string; readonly value: string; readonly isDouble: boolean }
  | { readonly edit: 'drop header'; readonly at: number }
  | { readonly edit: 'method'; readonly method: string }
  | { readonly edit: 'length'; readonly delta: number }
  | { readonly edit: 'chunks'; readonly size: number; readonly isBroken: boolean }
  | { readonly edit: 'cut'; readonly share: number };

const nat = fc.nat(200);
const token = fc.constantFrom(...tokens);
const text = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary', maxLength: 20 }));
const segment = fc.constantFrom(...segments);
const header = fc.constantFrom(...headers);
const queryValue = fc.oneof(fc.constantFrom(...queryValues).map(encodeURIComponent), segment);

export const edits: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ edit: fc.constant('replace' as const), at: nat, token }) },
  { weight: 4, arbitrary: fc.record({ edit: fc.constant('remove' as const), at: nat }) },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant('double' as const), at: nat, token }) },
  { weight: 4, arbitrary: fc.record({ edit: fc.constant('add' as const), at: nat, name: text, token }) },
  {
    weight: 3,
    arbitrary: fc.record({
      edit: fc.constant('bytes' as const),
      at: fc.nat(2_000),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    }),
  },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant('body' as const), text: token }) },
  {
    weight: 1,
    arbitrary: fc.record({
      edit: fc.constant('encoding' as const),
      as: fc.constantFrom('utf16le' as const, 'latin1' as const, 'bom' as const, 'base64' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ edit: fc.constant('segment' as const), at: nat, text: segment }) },
  {
    weight: 6,
    arbitrary: fc.record({
      edit: fc.constant('query' as const),
      name: fc.constantFrom(...queryNames),
      value: queryValue,
      isDouble: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant('cursor' as const), token }) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(header, fc.boolean())
      .map(([[name, value], isDouble]) => ({ edit: 'header' as const, name, value, isDouble })),
  },
  { weight: 1, arbitrary: fc.record({ edit: fc.constant('drop header' as const), at: nat }) },
  { weight: 2, arbitrary: fc.record({ edit: fc.constant('method' as const), method: fc.constantFrom(...methods) }) },
  {
    weight: 1,
    arbitrary: fc.record({ edit: fc.constant('length' as const), delta: fc.integer({ min: -50, max: 50 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      edit: fc.constant('chunks' as const),
      size: fc.integer({ min: 1, max: 500 }),
      isBroken: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ edit: fc.constant('cut' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
);

interface Draft {
  method: string;
  path: string;
  query: string;
  headers: [name: string, value: string][];
  body: Buffer | null;
  delta: number;
  chunks: { readonly size: number; readonly isBroken: boolean } | null;
  cut: number | null;
}

/** `cursor`: one that the server made, to be changed inside. */
export function spoilt(seed: Seed, list: readonly Edit[], cursor: string): WireRequest {
  const draft: Draft = {
    method: seed.method,
    path: seed.path,
    query: seed.query,
    headers: Object.entries(seed.headers),
    body: seed.body === null ? null : Buffer.from(seed.body),
    delta: 0,
    chunks: null,
    cut: null,
  };
  for (const edit of list) apply(draft, edit, cursor);
  return written(draft);
}

function apply(draft: Draft, edit: Edit, cursor: string): void {
  switch (edit.edit) {
    case 'replace':
    case 'remove':
    case 'double':
    case 'add':
      if (draft.body !== null) draft.body = Buffer.from(editJson(draft.body.toString('utf8'), edit));
      return;
    case 'bytes': {
      const body = draft.body ?? Buffer.alloc(0);
      const at = edit.at % (body.length + 1);
      const insert = Buffer.from(edit.insert, 'latin1');
      draft.body = Buffer.concat([body.subarray(0, at), insert, body.subarray(at + edit.remove)]);
      return;
    }
    case 'body':
      draft.body = Buffer.from(edit.text);
      return;
    case 'encoding':
      if (draft.body !== null) draft.body = encodedAs(draft.body, edit.as);
      return;
    case 'segment': {
      const parts = draft.path.split('/');
      // The first is empty: before the first slash.
      parts[1 + (edit.at % (parts.length - 1))] = edit.text;
      draft.path = parts.join('/');
      return;
    }
    case 'query': {
      const pair = `${edit.name}=${edit.value}`;
      const kept = draft.query
        .split('&')
        .filter((one) => one !== '' && (edit.isDouble || !one.startsWith(`${edit.name}=`)));
      draft.query = [...kept, pair].join('&');
      return;
    }
    case 'cursor':
      draft.query = `${draft.query}${draft.query === '' ? '' : '&'}cursor=${changedCursor(cursor, edit.token)}`;
      return;
    case 'header':
      if (!edit.isDouble) draft.headers = draft.headers.filter(([name]) => name !== edit.name);
      draft.headers.push([edit.name, edit.value]);
      return;
    case 'drop header':
      draft.headers.splice(edit.at % Math.max(1, draft.headers.length), 1);
      return;
    case 'method':
      draft.method = edit.method;
      return;
    case 'length':
      draft.delta = edit.delta;
      return;
    case 'chunks':
      draft.chunks = edit;
      return;
    case 'cut':
      draft.cut = edit.share;
  }
}

function encodedAs(body: Buffer, as: (Edit & { readonly edit: 'encoding' })['as']): Buffer {
  if (as === 'bom') return Buffer.concat([Buffer.from('\ufeff'), body]);
  if (as === 'base64') return Buffer.from(body.toString('base64'));
  return Buffer.from(body.toString('utf8'), as);
}

/** The cursor with one of its values replaced: as somebody would who has looked inside. */
function changedCursor(cursor: string, with_: string): string {
  const content = Buffer.from(cursor, 'base64url').toString();
  return Buffer.from(content.replace(/("[vi]":)\[?[^,\]}]*\]?/, `$1${with_}`)).toString('base64url');
}

function written(draft: Draft): WireRequest {
  const target = draft.query === '' ? draft.path : `${draft.path}?${draft.query}`;
  const body = draft.body ?? Buffer.alloc(0);
  const lines = [`${draft.method} ${target} HTTP/1.1`];
  if (!draft.headers.some(([name]) => name === 'host')) lines.push('host: tessera.test');
  for (const [name, value] of draft.headers) lines.push(`${name}: ${value}`);
  if (draft.chunks !== null) lines.push('transfer-encoding: chunked');
  else if (draft.body !== null || draft.delta > 0)
    lines.push(`content-length: ${Math.max(0, body.length + draft.delta)}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const whole = Buffer.concat([head, draft.chunks === null ? body : chunked(body, draft.chunks)]);
  const bytes = draft.cut === null ? whole : whole.subarray(0, Math.floor(whole.length * draft.cut));
  // Whoever says less than the truth about its length, or cuts itself short, has to say when it is done.
  const isClear = draft.cut === null && draft.delta === 0 && draft.chunks?.isBroken !== true && isPlain(draft);
  return { bytes, isOpenEnded: !isClear, isHead: draft.method === 'HEAD' };
}

/** Headers and lines that leave no doubt where the request ends. */
function isPlain({ method, headers: list, path, query, body }: Draft): boolean {
  const isBodyless = (method === 'GET' || method === 'HEAD') && body !== null;
  return (
    /^[A-Z]+$/.test(method) &&
    !isBodyless &&
    /^[\x21-\x7e]+$/.test(path + query) &&
    list.every(
      ([name, value]) =>
        /^[a-z-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value) && !/^(?:expect|upgrade|connection|host)$/.test(name),
    ) &&
    list.filter(([name]) => name === 'content-type').length <= 1
  );
}

function chunked(body: Buffer, { size, isBroken }: { readonly size: number; readonly isBroken: boolean }): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(isBroken ? 'zz\r\n' : '0\r\n\r\n'));
  return Buffer.concat(parts);
}
