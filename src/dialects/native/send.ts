import type { FastifyReply } from 'fastify';

/** Sends JSON text as it is: nothing serialises it again. */
export function sendJson(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('Content-Type', 'application/json; charset=utf-8').send(text);
}
