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

/**
 * Where long answers are put together, once those before have left them: a new piece of memory of that size costs as much as
 * putting a hundred rows into it.
 */
const free: Buffer[] = [];
const freeMax = 8;
const usualBytes = 1 << 19;
/** One answer of unusual length does not keep its memory. */
const keptBytesMax = 1 << 21;

/**
 * As `sendData`, of many pieces of JSON text. Each is encoded by itself: one name in another script would otherwise make a text
 * of two bytes a letter of the whole answer, which is twice as slow to measure and to send.
 */
export function sendPieces(reply: FastifyReply, pieces: readonly string[]): FastifyReply {
  let buffer = free.pop() ?? Buffer.allocUnsafeSlow(usualBytes);
  let end = 0;
  const write = (text: string): void => {
    const most = end + text.length * 3;
    if (most > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * most);
      buffer.copy(larger, 0, 0, end);
      buffer = larger;
    }
    end += buffer.write(text, end);
  };
  write(openEnvelope);
  for (const piece of pieces) write(piece);
  write('}');
  // All of it is with the system then. The memory of an answer that was broken off goes with the answer.
  reply.raw.once('finish', () => {
    if (buffer.length <= keptBytesMax && free.length < freeMax) free.push(buffer);
  });
  return reply.header('Content-Type', 'application/json; charset=utf-8').send(buffer.subarray(0, end));
}

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
