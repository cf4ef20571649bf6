/** Answers what is no HTTP request, or does not end: it has no path, so no dialect can. */
import type { Socket } from 'node:net';

interface Fault {
  /** Status code and reason. Not from `node:http`: importing its values loads a WebSocket client, a twentieth of the start. */
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

const faults: Readonly<Record<string, Fault>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'request_timeout',
    message: 'The request did not end in time.',
  },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'headers_too_large',
    message: 'The headers are larger than 16 KiB.',
  },
  HPE_INVALID_URL: {
    status: '400 Bad Request',
    code: 'request_malformed',
    message: 'The URL holds characters that must be percent-encoded, such as spaces, quotes or letters with accents.',
  },
};

const malformed: Fault = {
  status: '400 Bad Request',
  code: 'request_malformed',
  message: 'This is no well-formed HTTP request.',
};

export function answerMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
  // Whoever is gone needs no answer.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, code, message } = faults[error.code ?? ''] ?? malformed;
  if (socket.writable) {
    const body = JSON.stringify({ code, message });
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nConnection: close\r\n`;
    socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
