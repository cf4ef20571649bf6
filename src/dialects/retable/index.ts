/**
 * Retable's public API (wire/retable.md): a person's key in `ApiKey`, `{"data": …}` around everything, `/v1/public` and the one
 * read of `/v2/public`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { corsHeaders } from '../../http/cors.ts';
import type { Dialect } from '../dialect.ts';
import { findCredential } from './credential.ts';
import { renderError } from './errors.ts';
import { spellingsOf } from './paths.ts';
import { projectRoutes } from './routes/projects.ts';
import { retableRoutes } from './routes/retables.ts';
import { rowRoutes, titledRowRoutes } from './routes/rows.ts';
import { workspaceRoutes } from './routes/workspaces.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Adds a route under a version, in every spelling of its path. `verb` is what usage is counted under. */
export type AddRoute = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  verb: string,
  handler: Handler,
) => void;

const versions = ['/v1/public', '/v2/public'] as const;

export const retable: Dialect = {
  name: 'retable',
  owns: (path) => versions.some((root) => path === root || path.startsWith(`${root}/`)),
  findCredential,
  renderError,
  // Wrong methods are unknown paths here.
  tellsMethods: false,
  cors: corsHeaders('ApiKey, API-Key, Content-Type, Accept'),
  routes(scope: FastifyInstance, core: Core) {
    readBodiesAsText(scope);
    const [v1, v2] = versions;
    for (const routes of [workspaceRoutes, projectRoutes, retableRoutes, rowRoutes]) routes(core, adding(scope, v1));
    titledRowRoutes(core, adding(scope, v2));
    for (const root of versions) refuseUnknownPaths(scope, root);
  },
};

function adding(scope: FastifyInstance, root: string): AddRoute {
  return (method, path, verb, handler) => {
    for (const url of spellingsOf(root + path)) scope.route({ method, url, config: { verb }, handler });
  };
}

/** Who has no key is told so (401) before what is there and what is not (wire/retable.md §2.4). */
function refuseUnknownPaths(scope: FastifyInstance, root: string): void {
  scope.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: `${root}/*`,
    handler: async () => {
      throw new AppError('route_not_found');
    },
  });
}

/**
 * Bodies reach the routes as text: clients send `application/json` without a body, bodies without a content type, and bodies
 * with DELETE; and what is wrong with a body is told only after the thing that the path names has been found.
 */
function readBodiesAsText(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
  // Any content type is read as JSON, also what is none at all.
  scope.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    if (headers['content-type'] !== undefined) headers['content-type'] = undefined;
    done();
  });
}
