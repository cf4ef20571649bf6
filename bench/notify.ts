/** A push service on the loopback that hangs or answers at once, and the requests that make notifications for its devices. */
import { createECDH, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** Users of the app, each with one device. */
export const usersCount = 10_000;

/** What all devices share: the cost of encrypting for one does not depend on whose keys they are. */
export function deviceKeys(): { readonly p256dh: string; readonly auth: string } {
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  return { p256dh: ecdh.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
}

export function addressOf(user: number): string {
  return `person${user}@example.test`;
}

/** The body that an Adalo client sends. */
export function notificationOf(appId: string, n: number): string {
  const email = addressOf(1 + ((n * 7919) % usersCount));
  return JSON.stringify({
    appId,
    audience: { email },
    notification: { titleText: `Order ${n} is ready`, bodyText: 'Pick it up at desk 4 until six in the evening.' },
  });
}

export interface PushSink {
  readonly url: string;
  /** Whether it answers; until then it takes requests and says nothing. */
  isAnswering: boolean;
  /** Requests that it answered. */
  answered: number;
  close(): Promise<void>;
}

const created = Buffer.from('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');

export async function startPushSink(): Promise<PushSink> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let missing = 0;
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    // A connection has one request at a time; its head comes whole on the loopback.
    socket.on('data', (chunk: Buffer) => {
      if (missing > 0) missing -= chunk.length;
      else {
        const end = chunk.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(chunk.toString('latin1', 0, end))?.[1] ?? 0);
        missing = length - (chunk.length - end - 4);
      }
      if (missing > 0 || !sink.isAnswering) return;
      sink.answered += 1;
      socket.write(created);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sink: PushSink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isAnswering: false,
    answered: 0,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return sink;
}
