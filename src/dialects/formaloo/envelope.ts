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
 * Sends `data`, which is JSON text. Creating answers 201, and in the forms service 200 inside the body all the same;
 * clients check both numbers.
 */
export function sendData(reply: FastifyReply, data: string, http = 200, status = 200): FastifyReply {
  return reply
    .code(http)
    .header('Content-Type', 'application/json; charset=utf-8')
    .send(`{"status":${status},${head}${data}}`);
}
