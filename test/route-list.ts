/** Every route of the real application, as it is mounted: told by the framework, so none can be forgotten. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface Route {
  readonly method: string;
  /** Pattern, without the regular expressions of its parameters. */
  readonly url: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Starts something that makes a server, and answers it with the routes of that server. */
export async function withRoutes<T>(
  start: () => Promise<T>,
): Promise<{ readonly started: T; readonly routes: Route[] }> {
  const routes: Route[] = [];
  const watch = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRoute', (route: RouteOptions) => {
      for (const method of [route.method].flat()) {
        routes.push({
          method: String(method),
          url: plainUrl(route.url),
          config: { ...(route.config as object) },
          schema: { ...(route.schema as object) },
        });
      }
    });
  };
  subscribe('fastify.initialization', watch);
  try {
    return { started: await start(), routes };
  } finally {
    unsubscribe('fastify.initialization', watch);
  }
}

/** `/:version(^(?:v1|v2)$)/x` as `/:version/x`. */
function plainUrl(url: string): string {
  let plain = '';
  let depth = 0;
  for (const character of url) {
    if (character === '(') depth += 1;
    if (depth === 0) plain += character;
    if (character === ')') depth -= 1;
  }
  return plain;
}
