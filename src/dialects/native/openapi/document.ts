/**
 * Operations as an OpenAPI 3.1 document. Its schemas are JSON Schema 2020-12, which is what the routes are checked with,
 * so they go in as they are; those with an `x-name` become components. The same operations give the same text.
 */

import type { JsonSchema, Operation } from './operations.ts';
import { problemResponses, statusesOf } from './problems.ts';
import { sampleOf } from './sample.ts';

export interface DocumentInfo {
  readonly title: string;
  readonly description: string;
  /** Tags in the order in which they are shown. */
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

export type OpenApiDocument = Readonly<Record<string, unknown>>;

const problemType = 'application/problem+json';

export function buildDocument(info: DocumentInfo, operations: readonly Operation[]): OpenApiDocument {
  const schemas = new Components();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const method = operation.method.toLowerCase();
    paths[operation.path] = { ...paths[operation.path], [method]: operationObject(operation, schemas) };
  }
  const responses = problemResponses(problemType, (schema) => schemas.refer(schema));
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: '1', description: info.description },
    servers: [{ url: '/', description: 'This server' }],
    security: [{ bearer: [] }],
    tags: info.tags,
    paths,
    components: {
      schemas: schemas.all(),
      responses,
      parameters: headerParameters,
      headers: answerHeaders,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A native key: `Authorization: Bearer tsr_…`.' },
      },
    },
  };
}

function operationObject(operation: Operation, schemas: Components): Record<string, unknown> {
  const { tags, operationId, summary, description, body } = operation;
  const parameters = [
    ...parametersOf(operation.params, 'path', schemas),
    ...parametersOf(operation.querystring, 'query', schemas),
    ...(operation.isIdempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(operation.isVersioned ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ];
  return {
    tags,
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body, schemas) } }),
    ...(operation.takesFile ? { requestBody: { required: true, content: fileContent } } : {}),
    responses: responsesOf(operation, schemas),
    ...(operation.isOpen ? { security: [] } : {}),
  };
}

function parametersOf(schema: JsonSchema | undefined, place: 'path' | 'query', schemas: Components): unknown[] {
  const properties = (schema?.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema?.required ?? []) as readonly string[];
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: schemas.refer(rest),
  }));
}

function responsesOf(operation: Operation, schemas: Components): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const [status, schema] of Object.entries(operation.response)) {
    responses[status] = {
      description: descriptions[status] ?? 'Done.',
      ...(operation.isOpen ? {} : { headers: limitHeaders }),
      ...(schema.type === 'null' ? {} : { content: contentOf(schema, schemas) }),
    };
  }
  for (const status of statusesOf(operation)) responses[status] = { $ref: `#/components/responses/Problem${status}` };
  return responses;
}

/** What is not JSON says what it is (`x-media-types`). */
function contentOf(schema: JsonSchema, schemas: Components): Record<string, unknown> {
  const mediaTypes = schema['x-media-types'] as readonly string[] | undefined;
  if (mediaTypes !== undefined) return Object.fromEntries(mediaTypes.map((one) => [one, { schema: binary }]));
  return { 'application/json': { schema: schemas.refer(schema), example: sampleOf(schema) } };
}

const binary = { type: 'string', format: 'binary' };

const fileContent = {
  'application/octet-stream': { schema: binary },
  'multipart/form-data': { schema: { type: 'object', properties: { file: binary }, required: ['file'] } },
};

const descriptions: Readonly<Record<string, string>> = {
  '200': 'The answer.',
  '201': 'It was created.',
  '204': 'It is gone.',
  '304': 'It is still the version that If-None-Match names.',
};

const text = { type: 'string' };

const headerParameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Any text of your own. The same request with the same key within 24 hours happens once and is answered alike, with `Idempotency-Replayed: true`.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The `ETag` of the version that you know: another version is refused with 412.',
    schema: text,
  },
};

const answerHeaders = {
  RateLimit: { description: 'Calls left and seconds until more are free: `"calls";r=99;t=1`.', schema: text },
  RateLimitPolicy: { description: 'Calls allowed in a window of seconds: `"calls";q=100;w=1`.', schema: text },
};

const limitHeaders = {
  RateLimit: { $ref: '#/components/headers/RateLimit' },
  'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
};

/** Schemas under the name that they carry, in the order in which they are first met. */
class Components {
  readonly #sources = new Map<string, JsonSchema>();
  readonly #schemas = new Map<string, unknown>();

  /** The schema with every named one in it replaced by a reference. */
  refer(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.refer(one));
    if (typeof schema !== 'object' || schema === null) return schema;
    const { 'x-name': name, ...rest } = schema as JsonSchema;
    if (typeof name !== 'string') return this.#inside(rest);
    if (!this.#sources.has(name)) {
      this.#sources.set(name, schema as JsonSchema);
      // Its place first, its content later: a schema may hold others that come after it.
      this.#schemas.set(name, null);
      this.#schemas.set(name, this.#inside(rest));
    } else if (this.#sources.get(name) !== schema) {
      throw new Error(`two schemas are named ${name}`);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  all(): Record<string, unknown> {
    return Object.fromEntries(this.#schemas);
  }

  #inside(schema: JsonSchema): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(schema).map(([key, value]) => [key, verbatim.has(key) ? value : this.refer(value)]),
    );
  }
}

/** Keywords whose values are data, not schemas. */
const verbatim = new Set(['examples', 'example', 'default', 'enum', 'const', 'required']);
