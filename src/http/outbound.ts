/**
 * Requests that the server sends by itself. A name is resolved once per connection, every address it has is checked, and the
 * connection goes to a checked one: what the name says a moment later does not matter. Nothing is followed, nothing is
 * read without end, and nobody is waited for longer than ten seconds.
 */
import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { hostOf } from '../core/deliveries/check-target.ts';
import type { Outbound, OutboundAnswer, OutboundRequest } from '../core/deliveries/outbound.ts';
import { isPublicAddress } from '../core/deliveries/public-address.ts';

// Not imported: an import evaluates every export of node:http, and one of them loads the whole of undici into each start.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

type Resolve = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface OutboundOptions {
  readonly clock: Clock;
  /** The operator's word: private and loopback addresses may be called. */
  readonly allowsPrivate: boolean;
  /** Who resolves names; the system unless given. */
  readonly resolve?: Resolve;
}

const timeoutMs = 10_000;
const answerBytesMax = 64 * 1024;
/** Shorter than servers commonly keep an idle connection, so that they seldom close one that we are about to use. */
const idleMs = 4_000;

class NotAllowed extends Error {}

export function createOutbound({ clock, allowsPrivate, resolve = systemLookup }: OutboundOptions): Outbound {
  const isAllowed = (address: string) => allowsPrivate || isPublicAddress(address);

  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (first === undefined) return callback(new NotAllowed(`${hostname} leads to a private address`), '', 0);
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };

  const agentOptions = { keepAlive: true, keepAliveMsecs: idleMs, maxFreeSockets: 64, lookup };
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  function send(outbound: OutboundRequest, url: URL, signal: AbortSignal): ClientRequest {
    const options = { method: 'POST', headers: headersOf(outbound), signal };
    return url.protocol === 'https:'
      ? https.request(url, { ...options, agent: agents['https:'] })
      : http.request(url, { ...options, agent: agents['http:'] });
  }

  async function attempt(outbound: OutboundRequest, url: URL, signal: AbortSignal): Promise<Answered> {
    const request = send(outbound, url, signal);
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve);
        request.on('error', reject);
        request.end(outbound.body);
      });
      return { status: response.statusCode ?? 0, retryAfter: retryAfterOf(response), text: await readStart(response) };
    } catch (error) {
      // The receiver closed a kept connection as we took it: nothing of this request was answered, so it goes once more.
      if (request.reusedSocket && codeOf(error) === 'ECONNRESET') return attempt(outbound, url, signal);
      throw error;
    }
  }

  return {
    async post(outbound, signal) {
      const startedAt = clock.monotonic();
      const durationMs = () => clock.monotonic() - startedAt;
      const limit = AbortSignal.timeout(timeoutMs);
      const both = signal === undefined ? limit : AbortSignal.any([limit, signal]);
      try {
        const url = new URL(outbound.url);
        const host = hostOf(url.hostname);
        // An address in the URL is connected to without being looked up.
        if (isIP(host) !== 0 && !isAllowed(host)) throw new NotAllowed(`${host} is a private address`);
        const answered = await attempt(outbound, url, both);
        return { ...answered, durationMs: durationMs() };
      } catch (error) {
        const text = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
        return { status: null, error: text, durationMs: durationMs() };
      }
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

type Answered = Omit<Extract<OutboundAnswer, { status: number }>, 'durationMs'>;

function headersOf({ headers, body }: OutboundRequest): Record<string, string> {
  return { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}

function retryAfterOf(response: IncomingMessage): string | null {
  return response.headers['retry-after'] ?? null;
}

/** The beginning of an answer; of a longer one the connection is ended. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= answerBytesMax) break;
    }
  } catch {
    // The status has come: that is the answer, whatever becomes of its body.
  }
  return Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed without an answer',
  EPIPE: 'the connection was closed without an answer',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection took too long',
  ABORT_ERR: 'the server was stopped',
};

/** For the owner of the receiver to read. */
function reasonOf(error: unknown): string {
  if (error instanceof NotAllowed) return `${error.message}, which this server does not call`;
  const code = codeOf(error);
  return reasons[code] ?? (code === '' ? 'the request failed' : `the request failed (${code})`);
}
