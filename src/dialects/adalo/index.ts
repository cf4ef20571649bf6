/** Adalo Collections (wire/adalo.md): the app's key as a bearer, `{"error": text}`, pages by offset, properties by name. */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../core/context.ts';
import { corsHeaders } from '../../http/cors.ts';
import type { Dialect } from '../dialect.ts';
import { findCredential } from './credential.ts';
import { renderError } from './errors.ts';
import { documentApp } from './panel.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { recordRoutes } from './routes/records.ts';

export const adalo: Dialect = {
  name: 'adalo',
  owns: (path) => isUnder(path, '/v0') || isUnder(path, '/apps') || isUnder(path, '/notifications'),
  findCredential,
  renderError,
  // Wrong methods are unknown routes here.
  tellsMethods: false,
  cors: corsHeaders('Authorization, Content-Type, Accept'),
  routes(scope: FastifyInstance, core: Core) {
    readBodiesAsText(scope);
    recordRoutes(scope, core);
    notificationRoutes(scope, core);
  },
  document: documentApp,
};

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** Bodies reach the routes as text: they are read after app, collection and record have been found, as JSON of any content type. */
function readBodiesAsText(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
  // What clients write into the header does not matter; not even when it is no content type at all.
  scope.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    if (headers['content-type'] !== undefined) headers['content-type'] = undefined;
    done();
  });
}
