/** Multipart bodies in a scope: `request.isMultipart()` and `request.parts()`, and nothing for requests without one. */
import multipart, { type FastifyMultipartOptions } from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';

type Limits = NonNullable<FastifyMultipartOptions['limits']>;

/** How large a file may be is left to the plan, which is told while the file streams. */
export function acceptMultipart(scope: FastifyInstance, limits: Omit<Limits, 'fileSize'>): void {
  // The library's two hooks remove what it saved in the temporary folder. Here it is never asked to save anything, and
  // its hooks cost each request of the scope, whatever its body, as much as finding and verifying a key.
  const withoutHooks: FastifyInstance = Object.create(scope, { addHook: { value: () => withoutHooks } });
  multipart(withoutHooks, { limits: { ...limits, fileSize: Number.MAX_SAFE_INTEGER } }, () => undefined);
}
