/** The envelope around every answer but the token's (wire/formaloo.md §1.1): status, errors, data. */
import type { FastifyReply } from 'fastify';

export interface Errors {
  readonly general_errors: readonly string[];
  readonly form_errors: Readonly<Record<string, readonly string[]>>;
}

export function envelope(status: number, errors: Errors) {
  return { status, errors, data: {} };
}

const head = '"errors":{"general_errors":[],"form_errors":{}},"data":';

/** Everything before `data` of an answer that went well, for those that are sent in pieces. */
export const openEnvelope = `{"status":200,${head}`;

/** Where long answers are put together; nothing that it holds is waited for. */
let scratch = Buffer.allocUnsafe(1 << 20);

/**
 * As `sendData`, of many pieces of JSON text. Each is encoded by itself: one name in another script would otherwise make a text
 * of two bytes a letter of the whole answer, which is twice as slow to measure and to send.
 */
export function sendPieces(reply: FastifyReply, pieces: readonly string[]): FastifyReply {
  let end = 0;
  const write = (text: string): void => {
    const most = end + text.length * 3;
    if (most > scratch.length) {
      const larger = Buffer.allocUnsafe(2 * most);
      scratch.copy(larger, 0, 0, end);
      scratch = larger;
    }
    end += scratch.write(text, end);
  };
  write(openEnvelope);
  for (const piece of pieces) write(piece);
  write('}');
  const body = Buffer.from(scratch.subarray(0, end));
  // One answer of unusual length does not keep its memory.
  if (scratch.length > scratchMax) scratch = Buffer.allocUnsafe(1 << 20);
  return reply.header('Content-Type', 'application/json; charset=utf-8').send(body);
}

const scratchMax = 1 << 24;

/**
 * Sends `data`, which is JSON text. Creating answers 201, and in the forms service 200 inside the body all the same;
 * clients check both numbers.
 */
export function sendData(reply: FastifyReply, data: string, http = 200, status = 200): FastifyReply {
  return reply
    .code(http)
    .header('Content-Type', 'application/json; charset=utf-8')
    .send(`{"status":${status},${head}${data}}`);
}
