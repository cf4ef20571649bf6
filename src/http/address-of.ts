import type { FastifyRequest } from 'fastify';

/** Where a request comes from; empty when its connection was gone before anybody asked, which no list of addresses holds. */
export function addressOf(request: Pick<FastifyRequest, 'ip'>): string {
  const address: string | undefined = request.ip;
  return address ?? '';
}
