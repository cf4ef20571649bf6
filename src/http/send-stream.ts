import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { routeOf } from './log-request.ts';

/** Sends what is read bit by bit. When the source fails, the answer is cut off, which its reader sees; why, the log says. */
export function sendStream(reply: FastifyReply, source: Readable): FastifyReply {
  source.once('error', (error) => {
    reply.server.journal.error({ err: error, route: routeOf(reply.request) }, 'an answer broke off');
  });
  return reply.send(source);
}
