/**
 * The test app, whose every native answer is held against the OpenAPI document: a status, a content type or a property
 * that the document does not have fails the test that met it.
 */
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { startTestApp, type TestApp, type TestAppOptions, type TestRequest, type TestResponse } from '../../harness.ts';

/** As much of an OpenAPI document as tests look into. */
export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Record<string, object>; readonly responses: Record<string, object> };
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly example: unknown } } };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Record<string, unknown> }>>;
}

export interface Operation extends DocumentedOperation {
  readonly method: string;
  readonly path: string;
}

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
}

export async function startDocumentedApp(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp(options);
  const send = app.request;
  const { json } = await send('GET', '/api/v1/openapi.json');
  const check = createAnswerCheck(json as Document);
  const request = async (method: string, path: string, given?: TestRequest): Promise<TestResponse> => {
    const response = await send(method, path, given);
    check(method, path, response);
    return response;
  };
  // The app has accessors, so it is extended and not copied.
  return Object.create(app, { request: { value: request } }) as TestApp;
}

function createAnswerCheck(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(closed(document) as object, 'document');
  const validators = new Map<string, ValidateFunction>();
  const operations = operationsOf(document).map((operation) => ({
    ...operation,
    pattern: new RegExp(`^${operation.path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    isLiteral: !operation.path.endsWith('}'),
  }));

  function validatorOf(operation: Operation, status: string, type: string): ValidateFunction {
    const response = operation.responses[status];
    const at =
      response?.$ref ?? `#/paths/${escaped(operation.path)}/${operation.method.toLowerCase()}/responses/${status}`;
    const ref = `document${at}/content/${escaped(type)}/schema`;
    let validate = validators.get(ref);
    if (validate === undefined) {
      validate = ajv.compile({ $ref: ref });
      validators.set(ref, validate);
    }
    return validate;
  }

  return (method: string, path: string, response: TestResponse) => {
    const plain = path.split('?', 1)[0] ?? '';
    const found = operations.filter((one) => one.method === method && one.pattern.test(plain));
    const operation = found.find((one) => one.isLiteral) ?? found[0];
    if (operation === undefined) return;
    const name = `${method} ${operation.path} → ${response.status}`;
    const documented = operation.responses[String(response.status)];
    assert.ok(documented, `${name} is not in the document: ${response.text.slice(0, 300)}`);
    if (response.text === '') return;
    const type = (response.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    assert.equal(type, response.status >= 400 ? 'application/problem+json' : 'application/json', name);
    const validate = validatorOf(operation, String(response.status), type);
    assert.ok(validate(response.json), `${name}: ${ajv.errorsText(validate.errors)}\n${response.text.slice(0, 500)}`);
  };
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** The document with every object closed, so that an answer with more than it says is noticed. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, isData(key, inner) ? inner : closed(inner)]);
  const object = Object.fromEntries(entries) as Record<string, unknown>;
  const isClosable = object.type === 'object' && Object.keys((object.properties as object) ?? {}).length > 0;
  // The shape of OpenAPI documents is only hinted at.
  const isHint = isClosable && 'openapi' in (object.properties as object);
  const isPart = isClosable && 'title' in (object.properties as object) && 'version' in (object.properties as object);
  return isClosable && !isHint && !isPart ? { additionalProperties: false, ...object } : object;
}

function isData(key: string, inner: unknown): boolean {
  return key === 'example' || (key === 'examples' && Array.isArray(inner));
}
