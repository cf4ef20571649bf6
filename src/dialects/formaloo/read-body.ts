/**
 * Bodies of every write: JSON, urlencoded or multipart (wire/formaloo.md §1). All three reach the routes as one object; a key
 * that is repeated, or ends in `[]`, is a list. A JSON content type without a body is a body without keys.
 */
import { parse as parseQuery } from 'node:querystring';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';

export type Body = Readonly<Record<string, unknown>>;

const nothing: Body = Object.freeze({});
const keysMax = 10_000;

/** The keys of the body. @throws body_invalid when it is JSON and no object */
export function bodyOf(request: FastifyRequest): Body {
  const { body } = request;
  if (body === undefined || body === null) return nothing;
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new AppError('body_invalid', 'The body must be a JSON object.');
  }
  return body as Body;
}

export function readBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  // Plain JSON.parse: a key such as "__proto__" becomes an ordinary property, which no route reads.
  scope.addContentTypeParser(/^application\/(?:[\w.+-]+\+)?json\b/i, { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text as string));
    } catch (error) {
      done(Object.assign(error as Error, { code: 'FST_ERR_CTP_INVALID_JSON_BODY' }), undefined);
    }
  });
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
    done(null, formOf(Object.entries(parseQuery(text as string, '&', '=', { maxKeys: keysMax }))));
  });
  scope.register(multipart, { limits: { fields: keysMax, files: 100, parts: keysMax } });
  scope.addHook('preValidation', (request, _reply, done) => {
    if (!request.isMultipart()) return done();
    readParts(request).then((body) => {
      request.body = body;
      done();
    }, done);
  });
}

async function readParts(request: FastifyRequest): Promise<Body> {
  const entries: [string, unknown][] = [];
  for await (const part of request.parts()) {
    entries.push([part.fieldname, part.type === 'file' ? await filePart(part) : part.value]);
  }
  return formOf(entries);
}

/** A file that came inside a multipart body. */
export class FilePart {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;

  constructor(name: string, contentType: string, bytes: Buffer) {
    this.name = name;
    this.contentType = contentType;
    this.bytes = bytes;
  }
}

async function filePart(part: MultipartFile): Promise<FilePart> {
  return new FilePart(part.filename, part.mimetype, await part.toBuffer());
}

/** Repeated keys become lists; `key[]` is a list whatever it holds. */
function formOf(entries: readonly (readonly [string, unknown])[]): Body {
  const values = new Map<string, unknown[]>();
  const lists = new Set<string>();
  for (const [written, value] of entries) {
    const isList = written.endsWith('[]');
    const key = isList ? written.slice(0, -2) : written;
    if (isList) lists.add(key);
    values.set(key, [...(values.get(key) ?? []), ...(Array.isArray(value) ? value : [value])]);
  }
  return Object.fromEntries(
    [...values].map(([key, list]) => [key, list.length > 1 || lists.has(key) ? list : list[0]]),
  );
}
