/** What the log says about requests: faults always, refusals and answers only when asked for detail. Never a secret. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/context.ts';
import type { AppError } from '../core/errors.ts';
import { KeyRefused } from '../core/keys/verified-key.ts';
import { addressOf } from './address-of.ts';

/** Remembers whose call was refused. A refusal is the caller's business (debug); a fault is ours (error, with its cause). */
export function logRefusal(core: Core, request: FastifyRequest, error: AppError): void {
  if (error instanceof KeyRefused) request.refusedKey = error.verified;
  const { journal } = request.server;
  if (error.code === 'internal_error') {
    journal.error(
      { err: error.cause ?? error, code: error.code, internal: error.internal, route: routeOf(request) },
      'request failed',
    );
  } else if (error.code === 'store_unavailable') {
    journal.error({ code: error.code, internal: error.internal, health: core.store.health() }, 'store unavailable');
  } else if (journal.isLevelEnabled('debug')) {
    journal.debug({ code: error.code, internal: error.internal, route: routeOf(request) }, 'refused');
  }
}

/**
 * Counts the call under its key and tells observers, once per request, when its answer has gone out. A listener of our own:
 * what Fastify sets up for its onResponse hooks costs four times as much on every request.
 */
export function watchRequests(server: FastifyInstance, core: Core, observe: RequestObserver): void {
  server.addHook('onRequest', (request, reply, done) => {
    const startedAt = core.clock.monotonic();
    reply.raw.on('finish', () => {
      count(core, request, reply);
      observe(request, reply, core.clock.monotonic() - startedAt);
    });
    done();
  });
}

function count(core: Core, request: FastifyRequest, reply: FastifyReply): void {
  const { call } = request;
  if (call !== null && call.verified !== null) {
    const { key, secret, app, workspace } = call.verified;
    core.meter.count(key.id, workspace.id, app?.id ?? '', call.tableId, call.verb, reply.statusCode);
    core.meter.touch(secret.hash, addressOf(request));
  } else if (request.refusedKey !== null) {
    const { key, app, workspace } = request.refusedKey;
    // A call that opened nothing is no use of the key.
    core.meter.count(key.id, workspace.id, app?.id ?? '', '', verbOf(request), reply.statusCode);
  }
}

export type RequestObserver = (request: FastifyRequest, reply: FastifyReply, durationMs: number) => void;

function verbOf(request: FastifyRequest): string {
  return request.routeOptions.config.verb ?? '';
}

/** The route's pattern, not the path: paths can carry what should not be in a log. */
export function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(none)'}`;
}
