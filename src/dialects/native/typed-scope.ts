/** Fastify with TypeBox: a route's handler sees params, query and body in the types of the schemas that checked them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { Static, TSchema } from '../../core/schema.ts';

interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  readonly serializer: unknown;
}

export type NativeScope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  SchemaTypes
>;

export function typed(scope: FastifyInstance): NativeScope {
  return scope.withTypeProvider<SchemaTypes>();
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Takes an Idempotency-Key. */
    isIdempotent?: boolean;
    /** The body is a file, or a multipart form with one. */
    takesFile?: boolean;
    /** Takes If-Match. */
    isVersioned?: boolean;
  }
}
