/**
 * Requests as bytes over a bare socket, so that anything can be sent; and just enough of HTTP to read an answer. A socket that
 * answered a well-formed request is used again; after anything else a new one is opened.
 */
import { connect, type Socket } from 'node:net';

export interface WireRequest {
  readonly bytes: Buffer;
  /** The server cannot know where the request ends: the client says so by closing its side. */
  readonly isOpenEnded: boolean;
  readonly isHead: boolean;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The server closed without an answer: its right when what was sent was no request. */
export const closed = 'closed';
/** No answer and no end in time. */
export const hung = 'hung';
export type Outcome = WireAnswer | typeof closed | typeof hung;

export interface Wire {
  send(request: WireRequest): Promise<Outcome>;
  close(): void;
}

export function createWire(port: number, deadlineMs: number): Wire {
  let kept: Socket | null = null;

  async function send(request: WireRequest): Promise<Outcome> {
    const reused = kept;
    const first = await exchange(request, reused ?? connect(port, '127.0.0.1'));
    // A kept connection can end by itself: the answer to the one before may have announced it.
    return first === closed && reused !== null ? exchange(request, connect(port, '127.0.0.1')) : first;
  }

  function exchange(request: WireRequest, socket: Socket): Promise<Outcome> {
    kept = null;
    return new Promise((resolve) => {
      let received: Buffer = Buffer.alloc(0);
      const done = (outcome: Outcome, isReusable = false): void => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        if (isReusable) kept = socket;
        else socket.destroy();
        resolve(outcome);
      };
      const timer = setTimeout(() => done(hung), deadlineMs);
      socket.on('data', (part: Buffer) => {
        received = received.length === 0 ? part : Buffer.concat([received, part]);
        const answer = readAnswer(received, request.isHead, false);
        if (answer === null) return;
        done(answer, !request.isOpenEnded && answer.headers.get('connection') !== 'close');
      });
      const ended = (): void => done(readAnswer(received, request.isHead, true) ?? closed);
      socket.on('end', ended);
      socket.on('close', ended);
      socket.on('error', ended);
      if (request.isOpenEnded) socket.end(request.bytes);
      else socket.write(request.bytes);
    });
  }

  return {
    send,
    close() {
      kept?.destroy();
      kept = null;
    },
  };
}

/** Null while it is not whole. `hasEnded`: nothing more comes. */
function readAnswer(bytes: Buffer, isHead: boolean, hasEnded: boolean): WireAnswer | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const rest = bytes.subarray(headEnd + 4);
  // "Continue" comes before the answer.
  if (status >= 100 && status < 200) return readAnswer(rest, isHead, hasEnded);
  const headers = new Map(lines.map((line) => splitHeader(line)));
  if (isHead || status === 204 || status === 304) return { status, headers, body: Buffer.alloc(0) };
  if (headers.get('transfer-encoding') === 'chunked') {
    const body = readChunks(rest);
    return body === null ? null : { status, headers, body };
  }
  const length = headers.get('content-length');
  if (length === undefined) return hasEnded ? { status, headers, body: rest } : null;
  return rest.length < Number(length) ? null : { status, headers, body: rest.subarray(0, Number(length)) };
}

function splitHeader(line: string): [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
}

function readChunks(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    const end = lineEnd + 2 + size;
    if (bytes.length < end + 2) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
