/**
 * A push service on the loopback and browsers behind it. What comes is decrypted by RFC 8291 and its sender verified by RFC
 * 8292, both with node:crypto alone: nothing of the sender's library is used.
 */
import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createHmac, createPublicKey, type ECDH, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Pushed {
  readonly device: TestDevice;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Decrypted; undefined where the service refused before looking. */
  readonly message: { readonly id: string; readonly title: string; readonly body: string; readonly url: string | null };
  readonly status: number;
}

export interface TestDevice {
  readonly name: string;
  /** As `PushSubscription.toJSON()` gives it. */
  readonly subscription: {
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  readonly ecdh: ECDH;
  readonly auth: Buffer;
}

/** Answers with a status, or takes the response into its own hands (null). */
export type PushBehaviour = (device: TestDevice, index: number, response: ServerResponse) => number | null;

export interface PushService {
  readonly origin: string;
  readonly pushed: Pushed[];
  makeDevice(name?: string): TestDevice;
  behave(behaviour: PushBehaviour): void;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const devices = new Map<string, TestDevice>();
  const counts = new Map<string, number>();
  const pushed: Pushed[] = [];
  let behaviour: PushBehaviour = () => 201;
  let origin = '';

  const make = () =>
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const path = request.url ?? '';
        const device = devices.get(path);
        if (device === undefined || request.method !== 'POST' || body.length > 4096) {
          response.writeHead(device === undefined ? 404 : 413).end();
          return;
        }
        assertVapid(request.headers, origin);
        const message = JSON.parse(decrypt(body, device.ecdh, device.auth).toString('utf8'));
        const index = counts.get(path) ?? 0;
        counts.set(path, index + 1);
        const status = behaviour(device, index, response);
        pushed.push({ device, headers: request.headers, body, message, status: status ?? 0 });
        if (status !== null) response.writeHead(status).end();
      });
    });
  let server = make();
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    origin,
    pushed,
    makeDevice(name = 'browser') {
      const path = `/send/${randomBytes(12).toString('base64url')}`;
      const ecdh = createECDH('prime256v1');
      ecdh.generateKeys();
      const auth = randomBytes(16);
      const device: TestDevice = {
        name,
        ecdh,
        auth,
        subscription: {
          endpoint: origin + path,
          keys: { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') },
        },
      };
      devices.set(path, device);
      return device;
    },
    behave(next) {
      behaviour = next;
    },
    down: stop,
    async up() {
      server = make();
      await listen(port);
    },
    close: stop,
  };
}

function hmac(key: Buffer, ...parts: readonly (Buffer | string)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** RFC 8188 §2 and RFC 8291 §3.4, for a message of one record. */
export function decrypt(body: Buffer, ecdh: ECDH, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const recordSize = body.readUInt32BE(16);
  const keyLength = body.readUInt8(20);
  const sender = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  assert.equal(keyLength, 65);
  assert.ok(record.length <= recordSize, 'one record');
  const one = Buffer.from([1]);
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender]);
  const input = hmac(hmac(auth, ecdh.computeSecret(sender)), keyInfo, one);
  const random = hmac(salt, input);
  const key = hmac(random, 'Content-Encoding: aes128gcm\0', one).subarray(0, 16);
  const nonce = hmac(random, 'Content-Encoding: nonce\0', one).subarray(0, 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  assert.equal(padded[end], 2, 'the last record ends in its delimiter');
  return padded.subarray(0, end);
}

/** RFC 8292: a token of the sender for this origin, signed with the key that it names. Answers that key. */
export function assertVapid(headers: IncomingHttpHeaders, origin: string): string {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  const point = Buffer.from(key, 'base64url');
  assert.equal(point.length, 65);
  const jwk = { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const [head = '', claims = '', signature = ''] = token.split('.');
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  assert.ok(isSigned, 'the token is signed by the key');
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  assert.equal(aud, origin);
  // As Apple's wants it: a contact that has a name of the Internet (403 BadJwtToken otherwise).
  assert.match(sub, /^(?:mailto:[^@]+@|https:\/\/)(?!\d+(?:\.\d+){3}|localhost\b)[^@/]+\.[a-z]{2,}$/);
  assert.ok(exp <= Date.now() / 1000 + 86_400, 'a token lives a day at most');
  return key;
}
