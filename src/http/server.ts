/** The HTTP server: parsing, limits on size and time, and validation; no route of its own. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { compileLazily } from './compile-lazily.ts';
import { answerMalformed } from './malformed-request.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Where the server writes what its operator should know. */
    readonly journal: Logger;
  }
}

export interface ServerOptions {
  readonly logger: Logger;
  readonly bodyBytesMax: number;
  readonly trustedProxies: readonly string[];
}

type UnknownPathAnswer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** By server: paths that cannot even be looked up (undecodable, or with an endless segment) reach no handler of a route. */
const unknownPathAnswers = new WeakMap<FastifyInstance, UnknownPathAnswer>();

/** What answers every path that is no route's. */
export function answerUnknownPaths(server: FastifyInstance, answer: UnknownPathAnswer): void {
  server.register(async (scope) => {
    // What nobody asked for is not read: a body that cannot be is no reason for another answer.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume();
      done(null);
    });
    scope.setNotFoundHandler(answer);
  });
  unknownPathAnswers.set(server, answer);
}

export function createServer(options: ServerOptions): FastifyInstance {
  const validator = compileLazily();
  const server: FastifyInstance = fastify({
    frameworkErrors: (_error, rawRequest, rawReply) => {
      const request = rawRequest as unknown as FastifyRequest;
      const reply = rawReply as unknown as FastifyReply;
      const answer = unknownPathAnswers.get(server);
      return answer === undefined ? reply.code(404).send() : answer(request, reply);
    },
    clientErrorHandler: answerMalformed,
    // What Fastify does for a logger of its own costs every request as much as verifying its key. See log-request.ts.
    logger: false,
    bodyLimit: options.bodyBytesMax,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // A client that does not finish its request is not waited for.
    requestTimeout: 120_000,
    keepAliveTimeout: 72_000,
    // The patterns in paths are ours, and plain: examining each of them took a tenth of a start.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500, allowUnsafeRegex: true },
    // Given here, and not afterwards, so that Fastify's own are not loaded. Schemas of answers describe; they do not cut.
    schemaController: {
      compilersFactory: { buildValidator: () => validator as never, buildSerializer: () => () => JSON.stringify },
    },
    // While closing, idle connections are ended and running requests are finished.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Ids in logs only; clients are not believed.
    requestIdHeader: false,
  }) as unknown as FastifyInstance;
  server.decorate('journal', options.logger);
  server.decorateRequest('call', null);
  server.decorateRequest('refusedKey', null);
  return server;
}
