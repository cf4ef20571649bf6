/** The native API: `/api/v1`, bearer keys, problem+json errors, cursors. */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../core/context.ts';
import { corsHeaders } from '../../http/cors.ts';
import type { Dialect } from '../dialect.ts';
import { findCredential } from './credential.ts';
import { renderError } from './errors.ts';
import { recordRoutes } from './routes/records.ts';

export const native: Dialect = {
  name: 'native',
  owns: (path) => path === '/api' || path.startsWith('/api/'),
  findCredential,
  renderError,
  tellsMethods: true,
  cors: corsHeaders('Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match', 'ETag, Idempotency-Replayed, Location'),
  routes(scope: FastifyInstance, core: Core) {
    readJsonOnly(scope);
    recordRoutes(scope, core);
  },
};

/** Bodies are JSON; anything else is refused by its content type. */
function readJsonOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  // Plain JSON.parse: keys such as "__proto__" become ordinary own properties, and are then refused as unknown names.
  scope.addContentTypeParser(/^application\/(?:[\w.+-]+\+)?json\b/i, { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text as string));
    } catch (error) {
      done(Object.assign(error as Error, { code: 'FST_ERR_CTP_INVALID_JSON_BODY' }), undefined);
    }
  });
}
