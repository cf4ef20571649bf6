/**
 * Request validation. Schemas compile on first use: most routes of a process are never called and start-up pays for none
 * of them. Query and path texts are coerced to what the schema asks for; bodies are taken as they are.
 */
import { createRequire } from 'node:module';
import type { Ajv, Options } from 'ajv';
import type addFormatsTo from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

type Validate = ReturnType<Ajv['compile']>;

export function compileLazily(): FastifySchemaCompiler<object> {
  let body: Ajv | undefined;
  let texts: Ajv | undefined;
  let thorough: Ajv | undefined;
  const compilerOf = (isBody: boolean): Ajv => {
    if (isBody) {
      body ??= createAjv({ coerceTypes: false, allErrors: false });
      return body;
    }
    texts ??= createAjv({ coerceTypes: true, allErrors: true });
    return texts;
  };
  return ({ schema, httpPart }) => {
    const isBody = httpPart === 'body';
    let validate: Validate | undefined;
    let validateAll: Validate | undefined;
    return (data: unknown) => {
      validate ??= compilerOf(isBody).compile(schema);
      if (validate(data)) return true;
      if (!isBody || !isSmall(data)) return { error: validate.errors as never };
      // Only now is everything that is wrong looked for: a large body could be wrong in a million places.
      thorough ??= createAjv({ coerceTypes: false, allErrors: true });
      validateAll ??= thorough.compile(schema);
      validateAll(data);
      return { error: (validateAll.errors ?? validate.errors) as never };
    };
  };
}

const require = createRequire(import.meta.url);

/** The library is loaded with the first request that has something to validate, in the middle of a synchronous call. */
function createAjv(options: Options): Ajv {
  const { Ajv } = require('ajv') as typeof import('ajv');
  const addFormats = require('ajv-formats') as typeof addFormatsTo;
  const ajv = new Ajv({ useDefaults: true, removeAdditional: false, strict: false, ...options });
  addFormats.default(ajv);
  return ajv;
}

const nodesMax = 1000;

/** Whether a body has so few values that a message about each is bearable. */
function isSmall(data: unknown): boolean {
  const open = [data];
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen + open.length > nodesMax) return false;
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inner = Object.values(value);
    if (inner.length > nodesMax) return false;
    open.push(...inner);
  }
  return true;
}
