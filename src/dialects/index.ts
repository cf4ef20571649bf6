/** The list of dialects, and the life of a request: the hooks in the order in which they run, the same for all. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Core } from '../core/context.ts';
import { AppError } from '../core/errors.ts';
import { KeyRefused } from '../core/keys/verified-key.ts';
import { authenticate, type SessionReader } from '../http/authenticate.ts';
import type { Call } from '../http/call.ts';
import { answerPreflight, writeCors } from '../http/cors.ts';
import type { LoadGate } from '../http/load-gate.ts';
import { logRefusal } from '../http/log-request.ts';
import { takeCall } from '../http/rate-limit.ts';
import { answerUnknownPaths } from '../http/server.ts';
import { toAppError } from '../http/to-app-error.ts';
import { adalo } from './adalo/index.ts';
import type { Dialect } from './dialect.ts';
import { documentRoutes } from './document-routes.ts';
import { formaloo } from './formaloo/index.ts';
import { native } from './native/index.ts';
import { retable } from './retable/index.ts';

/** In the order in which they are asked whose an unknown path is; the native API answers what nobody owns. */
export const dialects: readonly Dialect[] = [adalo, retable, formaloo, native];

export function mountDialects(
  server: FastifyInstance,
  core: Core,
  readSession: SessionReader | null,
  load: LoadGate,
): void {
  const methods = new RouteMethods();
  for (const dialect of dialects) {
    server.register(async (scope) => {
      scope.addHook('onRoute', (route) => {
        if (dialect.tellsMethods) methods.add(route.url, route.method);
        // The route's own words are looked up here, once: asking the request for them makes an object each time.
        const { access, verb = '' } = route.config ?? {};
        const site: Site = { core, dialect, load, readSession, isOpen: access === 'open', verb };
        const own = route.onRequest === undefined ? [] : [route.onRequest].flat();
        route.onRequest = [(request, reply, done) => admit(site, request, reply, done), ...own];
      });
      scope.setErrorHandler((error, request, reply) => sendError(core, dialect, error, request, reply));
      dialect.routes(scope, core);
      if (dialect === native) documentRoutes(scope, core, dialects);
    });
  }
  // What fails before any dialect's scope is entered is told in the words of the dialect whose path it is.
  server.setErrorHandler((error, request, reply) => sendError(core, ownerOf(pathOf(request)), error, request, reply));
  answerUnknownPaths(server, (request, reply) => {
    const path = pathOf(request);
    const dialect = ownerOf(path);
    if (request.method === 'OPTIONS') return answerPreflight(reply, dialect.cors);
    writeCors(request, reply, dialect.cors);
    const allowed = dialect.tellsMethods ? methods.of(path) : [];
    // A path can look like a route's and still be none: where a segment cannot be decoded.
    const isMethodWrong = allowed.length > 0 && !allowed.includes(request.method);
    if (isMethodWrong) reply.header('Allow', allowed.join(', '));
    return sendError(
      core,
      dialect,
      new AppError(isMethodWrong ? 'method_not_allowed' : 'route_not_found'),
      request,
      reply,
    );
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

function ownerOf(path: string): Dialect {
  return dialects.find((one) => one.owns(path)) ?? native;
}

/** A route as the hooks see it. */
interface Site {
  readonly core: Core;
  readonly dialect: Dialect;
  readonly load: LoadGate;
  readonly readSession: SessionReader | null;
  /** No credential is looked for. */
  readonly isOpen: boolean;
  /** What usage is counted under unless the handler says otherwise. */
  readonly verb: string;
}

/** One for all, so that refusing makes nothing. */
const overloaded = new AppError('overloaded', undefined, { retryAfterSeconds: 1 });

/** Room → credential → key → limit. Every step is synchronous while the key is in memory. */
function admit(site: Site, request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  const { core, dialect } = site;
  try {
    writeCors(request, reply, dialect.cors);
    // Before anything that costs: a refusal must be cheap, or refusing does not help.
    if (site.load.isFull()) return done(overloaded);
    if (site.isOpen) return done();
    const credential = dialect.findCredential(request);
    if (credential === null) return done();
    const call = authenticate(core, credential, request, site.readSession);
    if (call instanceof Promise) {
      call
        .then((one) => begin(site, one, request, reply))
        .then(
          () => done(),
          (error: Error) => refuse(site, error, request, reply, done),
        );
      return;
    }
    const limited = begin(site, call, request, reply);
    if (limited === undefined) return done();
    limited.then(() => done(), done);
  } catch (error) {
    refuse(site, error as Error, request, reply, done);
  }
}

/**
 * A key that is right, but whose plan or app excludes the API, is limited as any other: its owner reads in the headers by how
 * much, and nobody keeps the server busy with refusals.
 */
function refuse(
  { core }: Site,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error: Error) => void,
): void {
  if (!(error instanceof KeyRefused) || error.code !== error.verified.exclusion) return done(error);
  request.refusedKey = error.verified;
  try {
    const limited = takeCall(core, error, reply);
    if (limited === undefined) return done(error);
    limited.then(() => done(error), done);
  } catch (rateLimited) {
    done(rateLimited as Error);
  }
}

function begin(site: Site, call: Call, request: FastifyRequest, reply: FastifyReply): void | Promise<void> {
  // Set before the limit is asked, so that a refused call is counted under its key.
  request.call = call;
  call.verb = site.verb;
  return takeCall(site.core, call, reply);
}

function sendError(
  core: Core,
  dialect: Dialect,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = toAppError(thrown);
  logRefusal(core, request, error);
  const rendered = dialect.renderError(error, request);
  if (error.retryAfterSeconds !== undefined) reply.header('Retry-After', String(error.retryAfterSeconds));
  if (rendered.headers !== undefined) reply.headers(rendered.headers);
  return reply.code(rendered.status).header('Content-Type', rendered.contentType).send(rendered.body);
}

/** Which methods a path knows: asked only for requests that matched nothing. */
class RouteMethods {
  readonly #routes: { readonly pattern: RegExp; readonly methods: ReadonlySet<string> }[] = [];

  add(url: string, method: HTTPMethods | HTTPMethods[]): void {
    const source = url
      .split('/')
      .map((segment) => patternOf(segment))
      .join('/');
    this.#routes.push({ pattern: new RegExp(`^${source}/?$`), methods: new Set([method].flat()) });
  }

  of(path: string): string[] {
    const found = this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]);
    return [...new Set(found)].sort();
  }
}

/** One segment of a route's path as a pattern: `:name` is any segment, `:name(^a|b$)` one that matches. */
function patternOf(segment: string): string {
  const own = /^:[A-Za-z]+\(\^(.+)\$\)$/.exec(segment)?.[1];
  if (own !== undefined) return own;
  return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+');
}
