/**
 * The little of an S3 service that file storage needs, in memory. Every request must carry a signature that is right by
 * the published algorithm (AWS Signature Version 4), computed here on its own.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export const credentials = { accessKeyId: 'AKTEST', secretAccessKey: 'very secret' } as const;
export const region = 'eu-test-1';

export interface S3Server {
  readonly endpoint: string;
  /** By path, bucket first. */
  readonly objects: Map<string, Buffer>;
  readonly openUploads: Map<string, Map<number, Buffer>>;
  readonly requests: string[];
  /** Answers the next requests whose line matches with 500. */
  failOn: RegExp | null;
  close(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const openUploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];
  const state = { failOn: null as RegExp | null };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const line = `${request.method} ${request.url}`;
    requests.push(`${line} ${body.length}`);
    const send = (status: number, text: string | Buffer = '', headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(text);
    if (!isSigned(request)) return void send(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
    if (state.failOn?.test(line) === true) return void send(500, '<Error><Code>InternalError</Code></Error>');
    const uploadId = searchParams.get('uploadId');
    if (request.method === 'POST' && searchParams.has('uploads')) {
      const id = randomBytes(6).toString('hex');
      openUploads.set(id, new Map());
      const xml = `<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
      return void send(200, xml);
    }
    if (uploadId !== null) {
      const parts = openUploads.get(uploadId);
      if (parts === undefined) return void send(404, '<Error><Code>NoSuchUpload</Code></Error>');
      if (request.method === 'PUT') {
        parts.set(Number(searchParams.get('partNumber')), body);
        return void send(200, '', { etag: `"${createHash('md5').update(body).digest('hex')}"` });
      }
      openUploads.delete(uploadId);
      if (request.method === 'DELETE') return void send(204);
      const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"?([0-9a-f]+)/g)];
      const whole = named.map(([, number, etag]) => {
        const part = parts.get(Number(number)) ?? Buffer.alloc(0);
        return createHash('md5').update(part).digest('hex') === etag ? part : null;
      });
      if (whole.includes(null)) return void send(400, '<Error><Code>InvalidPart</Code></Error>');
      objects.set(pathname, Buffer.concat(whole as Buffer[]));
      return void send(200, '<CompleteMultipartUploadResult><ETag>"e-1"</ETag></CompleteMultipartUploadResult>');
    }
    if (request.method === 'PUT') {
      objects.set(pathname, body);
      return void send(200, '', { etag: '"e"' });
    }
    if (request.method === 'DELETE') {
      objects.delete(pathname);
      return void send(204);
    }
    if (searchParams.get('list-type') === '2') {
      const folder = `${pathname.replace(/\/$/, '')}/`;
      const wanted = folder + (searchParams.get('prefix') ?? '');
      const names = [...objects.keys()].filter((name) => name.startsWith(wanted));
      const contents = names.map((name) => `<Contents><Key>${name.slice(folder.length)}</Key></Contents>`).join('');
      return void send(200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
    }
    const object = objects.get(pathname);
    if (object === undefined) return void send(404, '<Error><Code>NoSuchKey</Code></Error>');
    // Node leaves out the body of an answer to HEAD, and its length with it.
    if (request.method === 'HEAD') return void send(200, '', { 'content-length': String(object.length) });
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (from === undefined) return void send(200, object);
    return void send(206, object.subarray(Number(from), Number(to) + 1));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    openUploads,
    requests,
    get failOn() {
      return state.failOn;
    },
    set failOn(value) {
      state.failOn = value;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

function isSigned(request: IncomingMessage): boolean {
  const [, scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKTEST\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  const [day = '', sentRegion, service, end] = scope.split('/');
  if (sentRegion !== region || service !== 's3' || end !== 'aws4_request') return false;
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonicalQuery = query
    .split('&')
    .filter(Boolean)
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
  const canonicalHeaders = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  const canonical = [
    request.method,
    path,
    canonicalQuery,
    canonicalHeaders.join(''),
    names,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${credentials.secretAccessKey}`, day), region));
  return hmac(key, toSign).toString('hex') === signature;
}
