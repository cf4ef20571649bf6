/** `/healthz` (the process runs), `/readyz` (requests are served), `/metrics` (Prometheus). No credential, no secrets. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Core } from '../core/context.ts';
import type { RequestObserver } from './log-request.ts';

export interface Health {
  /** Told about every answered request. */
  readonly observe: RequestObserver;
  /** From here on `/readyz` refuses, so that load balancers look elsewhere. */
  drain(): void;
}

export function mountHealth(server: FastifyInstance, core: Core): Health {
  let isDraining = false;
  const registry = new Registry();
  let hasDefaults = false;
  const requests = new Counter({
    name: 'tessera_http_requests_total',
    help: 'Answered requests by method and status.',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'tessera_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  new Gauge({
    name: 'tessera_store_healthy',
    help: '1 while the database takes writes.',
    registers: [registry],
    collect() {
      this.set(core.store.health().isHealthy ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tessera_keys_in_memory',
    help: 'Verified keys held in memory.',
    registers: [registry],
    collect() {
      this.set(core.keyRing.size());
    },
  });

  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) => {
    const health = core.store.health();
    if (isDraining) return reply.code(503).send({ status: 'stopping' });
    if (!health.isHealthy) return reply.code(503).send({ status: 'unavailable', reason: health.reason });
    return { status: 'ready', engine: health.engine };
  });
  server.get('/metrics', async (_request, reply) => {
    // Process metrics cost a timer and an observer; only servers that are scraped pay for them.
    if (!hasDefaults) {
      hasDefaults = true;
      collectDefaultMetrics({ register: registry });
    }
    flush();
    return reply.header('Content-Type', registry.contentType).send(await registry.metrics());
  });

  /** Counted in plain maps on the hot path, handed to the registry when somebody asks. */
  const counts = new Map<string, Map<number, number>>();
  function flush(): void {
    for (const [method, byStatus] of counts) {
      for (const [status, count] of byStatus) requests.inc({ method, status: String(status) }, count);
      byStatus.clear();
    }
  }

  return {
    observe(request, reply, durationMs) {
      let byStatus = counts.get(request.method);
      if (byStatus === undefined) {
        byStatus = new Map();
        counts.set(request.method, byStatus);
      }
      byStatus.set(reply.statusCode, (byStatus.get(reply.statusCode) ?? 0) + 1);
      durations.observe(durationMs / 1000);
    },
    drain() {
      isDraining = true;
    },
  };
}
