/** `/healthz` (the process runs), `/readyz` (requests are served), `/metrics` (Prometheus). No credential, no secrets. */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/context.ts';
import type { Metrics } from './metrics.ts';

export interface Health {
  /** From here on `/readyz` refuses, so that load balancers look elsewhere. */
  drain(): void;
}

export function mountHealth(server: FastifyInstance, core: Core, metrics: Metrics): Health {
  let isDraining = false;
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const health = core.store.health();
    if (isDraining) return reply.code(503).send({ status: 'stopping' });
    if (!health.isHealthy) return reply.code(503).send({ status: 'unavailable', reason: health.reason });
    return { status: 'ready', engine: health.engine };
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.render();
    return reply.header('Content-Type', contentType).send(text);
  });
  return {
    drain() {
      isDraining = true;
    },
  };
}
