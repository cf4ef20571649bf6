/** Bodies are JSON; anything else is refused by its content type. */
import type { FastifyInstance } from 'fastify';

export function readJsonOnly(scope: FastifyInstance): void {
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
