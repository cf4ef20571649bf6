/**
 * Prometheus metrics. Requests are counted in plain numbers, cheap enough for every request; the library that knows the
 * format and the process's own figures is loaded by the first scrape, so that servers nobody scrapes do not pay for it.
 */
import type { Metric, Registry } from 'prom-client';
import type { Core } from '../core/context.ts';
import type { LoadGate } from './load-gate.ts';
import type { RequestObserver } from './log-request.ts';

export interface Metrics {
  /** Told about every answered request. */
  readonly observe: RequestObserver;
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const durationName = 'tessera_http_request_duration_seconds';
/** Upper bounds in seconds. */
const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

interface Counts {
  /** By method, then by status. */
  readonly requests: Map<string, Map<number, number>>;
  /** How many answers took no longer than the bound of the same place and longer than the one before; last: the rest. */
  readonly durations: number[];
  durationSum: number;
}

export function createMetrics(core: Core, load: LoadGate): Metrics {
  const counts: Counts = {
    requests: new Map(),
    durations: new Array(durationBounds.length + 1).fill(0),
    durationSum: 0,
  };
  let loading: Promise<Registry> | undefined;
  return {
    observe(request, reply, durationMs) {
      let byStatus = counts.requests.get(request.method);
      if (byStatus === undefined) {
        byStatus = new Map();
        counts.requests.set(request.method, byStatus);
      }
      byStatus.set(reply.statusCode, (byStatus.get(reply.statusCode) ?? 0) + 1);
      const seconds = durationMs / 1000;
      let place = 0;
      while (place < durationBounds.length && seconds > (durationBounds[place] ?? 0)) place += 1;
      counts.durations[place] = (counts.durations[place] ?? 0) + 1;
      counts.durationSum += seconds;
    },
    async render() {
      loading ??= createRegistry(core, load, counts);
      const registry = await loading;
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

async function createRegistry(core: Core, load: LoadGate, counts: Counts): Promise<Registry> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  const registers = [registry];
  new prometheus.Counter({
    name: 'tessera_http_requests_total',
    help: 'Answered requests by method and status.',
    labelNames: ['method', 'status'],
    registers,
    collect() {
      this.reset();
      for (const [method, byStatus] of counts.requests) {
        for (const [status, count] of byStatus) this.inc({ method, status: String(status) }, count);
      }
    },
  });
  new prometheus.Counter({
    name: 'tessera_http_requests_shed_total',
    help: 'Requests refused with 503 because the server had more to do than it could.',
    registers,
    collect() {
      this.reset();
      this.inc(load.refused);
    },
  });
  new prometheus.Gauge({
    name: 'tessera_store_healthy',
    help: '1 while the database takes writes.',
    registers,
    collect() {
      this.set(core.store.health().isHealthy ? 1 : 0);
    },
  });
  new prometheus.Gauge({
    name: 'tessera_keys_in_memory',
    help: 'Verified keys held in memory.',
    registers,
    collect() {
      this.set(core.keyRing.size());
    },
  });
  registry.registerMetric(durationHistogram(counts));
  prometheus.collectDefaultMetrics({ register: registry });
  return registry;
}

/** The library's histogram takes one observation at a time; this one shows what has been counted. */
function durationHistogram(counts: Counts): Metric {
  const metric = {
    name: durationName,
    get: async () => {
      let total = 0;
      const buckets = [...durationBounds, '+Inf'].map((le, place) => {
        total += counts.durations[place] ?? 0;
        return { metricName: `${durationName}_bucket`, labels: { le }, value: total };
      });
      return {
        name: durationName,
        help: 'Time from the arrival of a request to the end of its answer.',
        type: 'histogram',
        aggregator: 'sum',
        values: [
          ...buckets,
          { metricName: `${durationName}_sum`, labels: {}, value: counts.durationSum },
          { metricName: `${durationName}_count`, labels: {}, value: total },
        ],
      };
    },
  };
  return metric as unknown as Metric;
}
