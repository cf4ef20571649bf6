/** The HTTP server: parsing, limits on size and time, and validation; no route of its own. */
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaCompiler,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';

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
  server.setNotFoundHandler(answer);
  unknownPathAnswers.set(server, answer);
}

export function createServer(options: ServerOptions): FastifyInstance {
  const server: FastifyInstance = fastify({
    frameworkErrors: (_error, rawRequest, rawReply) => {
      const request = rawRequest as unknown as FastifyRequest;
      const reply = rawReply as unknown as FastifyReply;
      const answer = unknownPathAnswers.get(server);
      return answer === undefined ? reply.code(404).send() : answer(request, reply);
    },
    loggerInstance: options.logger,
    // Requests are logged once, at the end, by log-request.ts.
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger per request would cost more than reading a record.
    childLoggerFactory: (logger) => logger,
    bodyLimit: options.bodyBytesMax,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    // A client that does not finish its request is not waited for.
    requestTimeout: 120_000,
    keepAliveTimeout: 72_000,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    // While closing, idle connections are ended and running requests are finished.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Ids in logs only; clients are not believed.
    requestIdHeader: false,
  }) as unknown as FastifyInstance;
  server.decorateRequest('call', null);
  server.decorateRequest('refusedKey', null);
  server.setValidatorCompiler(compileLazily());
  return server;
}

/**
 * Schemas compile on first use: most routes of a process are never called and start-up pays for none of them. Query and
 * path texts are coerced to what the schema asks for; bodies are taken as they are.
 */
function compileLazily(): FastifySchemaCompiler<object> {
  const strict = new Ajv({
    allErrors: true,
    coerceTypes: false,
    useDefaults: true,
    removeAdditional: false,
    strict: false,
  });
  const coercing = new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    removeAdditional: false,
    strict: false,
  });
  addFormats.default(strict);
  addFormats.default(coercing);
  return ({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? strict : coercing;
    let validate: ReturnType<Ajv['compile']> | undefined;
    return (data: unknown) => {
      validate ??= ajv.compile(schema);
      if (validate(data)) return true;
      return { error: validate.errors as never };
    };
  };
}
