/** What the routes of the native API are, as they were registered: the source of its OpenAPI document. */
import type { FastifyInstance, RouteOptions } from 'fastify';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly method: string;
  /** `/api/v1/tables/{table}` */
  readonly path: string;
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: JsonSchema;
  readonly querystring?: JsonSchema;
  readonly body?: JsonSchema;
  /** By status. */
  readonly response: Readonly<Record<string, JsonSchema>>;
  /** Needs no credential. */
  readonly isOpen: boolean;
  readonly isIdempotent: boolean;
  readonly isVersioned: boolean;
  /** The body is a file, or a multipart form with one. */
  readonly takesFile: boolean;
}

/** Routes that are registered on the scope from here on are added to the list, unless they have no schema. */
export function collectOperations(scope: FastifyInstance): readonly Operation[] {
  const operations: Operation[] = [];
  scope.addHook('onRoute', (route) => {
    const schema = route.schema as Partial<Operation> | undefined;
    for (const method of [route.method].flat()) {
      // HEAD comes with every GET and is not worth saying.
      if (schema !== undefined && method !== 'HEAD') operations.push(operationOf(route, method, schema));
    }
  });
  return operations;
}

function operationOf(route: RouteOptions, method: string, schema: Partial<Operation>): Operation {
  const { tags = [], operationId = '', summary = '', description, params, querystring, body, response = {} } = schema;
  return {
    method,
    path: route.url.replace(/:([A-Za-z]+)/g, '{$1}'),
    tags,
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(params === undefined ? {} : { params }),
    ...(querystring === undefined ? {} : { querystring }),
    ...(body === undefined ? {} : { body }),
    response,
    isOpen: route.config?.access === 'open',
    isIdempotent: route.config?.isIdempotent === true,
    isVersioned: route.config?.isVersioned === true,
    takesFile: route.config?.takesFile === true,
  };
}
