/** Answers: always JSON, always with a body, in the envelope `{"data": …}` (wire/retable.md §1). */
import type { FastifyReply } from 'fastify';

export const jsonType = 'application/json; charset=utf-8';

/** `data` is JSON text. */
export function sendData(reply: FastifyReply, status: 200 | 201, data: string): FastifyReply {
  return reply.code(status).header('Content-Type', jsonType).send(`{"data":${data}}`);
}
