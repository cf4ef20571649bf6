/** What clients of this dialect do before every call: mint a token, then send it beside the API key. */
import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import type { TestApp, TestResponse } from '../../harness.ts';

export interface Pair {
  readonly key: string;
  readonly secret: string;
  readonly writeOnly: string;
}

export interface CallOptions {
  /** Objects are sent as JSON. */
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
}

export interface Client {
  readonly pair: Pair;
  /** Mints a token and calls with it and the API key. */
  call(method: string, path: string, options?: CallOptions): Promise<TestResponse>;
  /** As `call`, and fails unless the answer has this status; answers `data`. */
  data(status: number, method: string, path: string, body?: unknown): Promise<TestResponse['json']>;
  /** With the API key alone. */
  open(method: string, path: string, options?: CallOptions): Promise<TestResponse>;
  mint(): Promise<string>;
}

export function clientOf(app: TestApp, pair: Pair = app.keys.pair): Client {
  async function mint(): Promise<string> {
    const { status, json, text } = await app.request('POST', '/v3.0/oauth2/authorization-token/', {
      headers: { authorization: `Basic ${pair.secret}` },
      body: { grant_type: 'client_credentials' },
    });
    assert.equal(status, 200, text);
    return json.authorization_token;
  }
  async function call(method: string, path: string, { body, headers }: CallOptions = {}): Promise<TestResponse> {
    return app.request(method, path, {
      headers: { 'X-Api-Key': pair.key, authorization: `JWT ${await mint()}`, ...headers },
      body,
    });
  }
  return {
    pair,
    mint,
    call,
    async data(status, method, path, body) {
      const answer = await call(method, path, { body });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      return answer.json.data;
    },
    open: (method, path, { body, headers } = {}) =>
      app.request(method, path, { headers: { 'x-api-key': pair.key, ...headers }, body }),
  };
}

/** The bytes of a multipart body as browsers and SDKs write it, and its headers. */
export function multipartOf(parts: readonly (readonly [string, string | FileContent])[]) {
  const boundary = '----boundary7f3a9c';
  const chunks: Buffer[] = [];
  for (const [name, value] of parts) {
    const isText = typeof value === 'string';
    const disposition = isText ? `name="${name}"` : `name="${name}"; filename="${value.name}"`;
    const type = isText ? '' : `\r\nContent-Type: ${value.type}`;
    chunks.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}${type}\r\n\r\n`));
    chunks.push(isText ? Buffer.from(value) : value.bytes, Buffer.from('\r\n'));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(chunks), headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

export interface FileContent {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export function urlencodedOf(values: Readonly<Record<string, string>>) {
  return {
    body: new URLSearchParams(values).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  };
}
