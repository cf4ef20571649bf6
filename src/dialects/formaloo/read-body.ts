/**
 * Bodies of every write: JSON, urlencoded or multipart (wire/formaloo.md §1). All three reach the routes as one object; a key
 * that is repeated, or ends in `[]`, is a list. A JSON content type without a body is a body without keys.
 */
import { parse as parseQuery } from 'node:querystring';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { fileUrl } from '../../core/files/file-links.ts';
import { uploadFile } from '../../core/files/upload-file.ts';
import { acceptMultipart } from '../../http/multipart.ts';
import { SentFile } from './sent-file.ts';

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

export function readBodies(scope: FastifyInstance, core: Core): void {
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
  acceptMultipart(scope, { fields: keysMax, files: 100, parts: keysMax });
  scope.addHook('preValidation', (request, _reply, done) => {
    if (!request.isMultipart()) return done();
    readParts(core, request).then((body) => {
      request.body = body;
      done();
    }, done);
  });
}

/** Files go into the storage as they arrive: what no row shows in the end is collected. */
async function readParts(core: Core, request: FastifyRequest): Promise<Body> {
  const entries: [string, unknown][] = [];
  try {
    for await (const part of request.parts()) {
      entries.push([part.fieldname, part.type === 'file' ? await keepPart(core, request, part) : part.value]);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const internal = error instanceof Error ? error.message : String(error);
    throw new AppError('body_invalid', 'Multipart form parse error.', { internal });
  }
  return formOf(entries);
}

/** A file that came as a part of a form; null where nobody is known who could keep it, or the part is empty. */
async function keepPart(core: Core, request: FastifyRequest, part: MultipartFile): Promise<SentFile | null> {
  const actor = request.call?.actor;
  if (actor === undefined || actor.appId === null || part.filename === '') {
    part.file.resume();
    return null;
  }
  try {
    const row = await uploadFile(core, actor, actor.appId, {
      // A reader that stops early would end the connection, and with it the answer that says why.
      content: { [Symbol.asyncIterator]: () => part.file.iterator({ destroyOnReturn: false }) },
      filename: part.filename,
      mediaType: part.mimetype,
    });
    return new SentFile(row.id, fileUrl(core, row));
  } catch (error) {
    part.file.resume();
    throw error;
  }
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
