/** Browsers may call the API from any page: keys, not origins, are what it trusts. Pre-flight needs no credential. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rateLimitHeaders } from './rate-limit.ts';

const corsMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

export interface CorsHeaders {
  readonly allow: string;
  readonly expose: string;
}

export function corsHeaders(allow: string, expose = ''): CorsHeaders {
  return { allow, expose: expose === '' ? rateLimitHeaders : `${rateLimitHeaders}, ${expose}` };
}

/** Only pages send Origin; programs are spared the headers. */
export function writeCors(request: FastifyRequest, reply: FastifyReply, headers: CorsHeaders): void {
  if (request.headers.origin === undefined) return;
  reply.header('access-control-allow-origin', '*');
  reply.header('access-control-expose-headers', headers.expose);
}

export function answerPreflight(reply: FastifyReply, headers: CorsHeaders): FastifyReply {
  return reply
    .code(204)
    .header('Access-Control-Allow-Origin', '*')
    .header('Access-Control-Allow-Methods', corsMethods)
    .header('Access-Control-Allow-Headers', headers.allow)
    .header('Access-Control-Max-Age', '86400')
    .send();
}
