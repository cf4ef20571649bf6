import type { FastifyInstance, RouteHandlerMethod, RouteShorthandOptions } from 'fastify';

/** A route that changes something. PUT is as PATCH: what is not sent stays (wire/formaloo.md §4, §5, §7, §8). */
export function onChange(
  scope: FastifyInstance,
  path: string,
  options: RouteShorthandOptions,
  handler: RouteHandlerMethod,
): void {
  scope.patch(path, options, handler);
  scope.put(path, options, handler);
}
