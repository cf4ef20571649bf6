/**
 * Retable's public API (wire/retable.md): a person's key in `ApiKey`, `{"data": …}` around everything, `/v1/public` and the one
 * read of `/v2/public`.
 */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { corsHeaders } from '../../http/cors.ts';
import { takeUploads } from '../../http/read-upload.ts';
import type { Dialect } from '../dialect.ts';
import { addingTo } from './add-route.ts';
import { findCredential } from './credential.ts';
import { renderError } from './errors.ts';
import { fileRoutes } from './routes/files.ts';
import { projectRoutes } from './routes/projects.ts';
import { retableRoutes } from './routes/retables.ts';
import { rowRoutes, titledRowRoutes } from './routes/rows.ts';
import { workspaceRoutes } from './routes/workspaces.ts';

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
    const [v1, v2] = versions;
    scope.register(async (json) => {
      readBodiesAsText(json);
      for (const routes of [workspaceRoutes, projectRoutes, retableRoutes, rowRoutes]) routes(core, addingTo(json, v1));
      titledRowRoutes(core, addingTo(json, v2));
      for (const root of versions) refuseUnknownPaths(json, root);
    });
    scope.register(async (uploads) => {
      takeUploads(uploads);
      fileRoutes(core, addingTo(uploads, v1));
    });
  },
};

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
