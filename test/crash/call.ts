/** One HTTP request as a client sends it; fails when the server dies before the whole answer has come. */
import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers have many shapes; what is missing shows as undefined
  readonly json: any;
}

export interface Caller {
  call(method: string, path: string, key: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  close(): void;
}

export function createCaller(url: string): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname, port } = new URL(url);
  return {
    call(method, path, key, body, headers = {}) {
      // Bytes are a file.
      const isFile = Buffer.isBuffer(body);
      const text = body === undefined ? undefined : isFile ? body : JSON.stringify(body);
      return new Promise((resolve, reject) => {
        const sent = request(
          {
            agent,
            hostname,
            port,
            method,
            path,
            headers: {
              authorization: `Bearer ${key}`,
              ...(text === undefined
                ? {}
                : {
                    'content-type': isFile ? 'text/csv' : 'application/json',
                    'content-length': Buffer.byteLength(text),
                  }),
              ...headers,
            },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
            incoming.on('error', reject);
            incoming.on('aborted', () => reject(new Error('the answer broke off')));
            incoming.on('end', () => {
              const answer = Buffer.concat(chunks).toString('utf8');
              resolve({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                text: answer,
                json: read(answer),
              });
            });
          },
        );
        sent.on('error', reject);
        sent.end(text);
      });
    },
    close: () => agent.destroy(),
  };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
