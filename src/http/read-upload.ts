/** Files in request bodies, as they arrive: the whole body, or the one file of a multipart form. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { Upload } from '../core/files/upload-file.ts';
import { acceptMultipart } from './multipart.ts';

export type BodyUpload = Pick<Upload, 'content' | 'filename' | 'mediaType' | 'announcedSize'>;

/**
 * From here on, bodies in this scope are not read before the handler asks. Give uploads a scope of their own: its JSON is a
 * file like any other.
 */
export function takeUploads(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  acceptMultipart(scope, { fields: 100, fieldSize: 1024 * 1024, parts: 101 });
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/**
 * Hands the file of a request to `store` and answers what that answers. A multipart form has exactly one file; its other parts
 * are passed over.
 * @throws body_invalid, content_type_unsupported, and what `store` throws
 */
export async function readUpload<T>(request: FastifyRequest, store: (upload: BodyUpload) => Promise<T>): Promise<T> {
  if (request.isMultipart()) return readForm(request, store);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new AppError('content_type_unsupported');
  if (request.body === undefined || request.body === null) throw missing();
  const length = Number(request.headers['content-length']);
  try {
    return await store({
      content: keepingOpen(request.body as Readable),
      filename: null,
      mediaType: request.headers['content-type'] ?? null,
      announcedSize: Number.isSafeInteger(length) ? length : null,
    });
  } catch (error) {
    request.raw.resume();
    throw error;
  }
}

/** A reader that stops early would end the connection, and with it the answer that says why. */
function keepingOpen(stream: Readable): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => stream.iterator({ destroyOnReturn: false }) };
}

async function readForm<T>(request: FastifyRequest, store: (upload: BodyUpload) => Promise<T>): Promise<T> {
  let stored: { readonly result: T } | undefined;
  let failure: unknown;
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file') continue;
      if (stored !== undefined) {
        part.file.resume();
        throw invalid('must be one file');
      }
      try {
        const { file, filename, mimetype } = part;
        stored = {
          result: await store({ content: keepingOpen(file), filename: filename || null, mediaType: mimetype }),
        };
      } catch (error) {
        // The rest of the file still comes: unread, the end of the form would never be seen.
        part.file.resume();
        failure = error;
        throw error;
      }
    }
  } catch (error) {
    if (error === failure || error instanceof AppError) throw error;
    throw invalid('must be in a well-formed multipart body', error);
  }
  if (stored === undefined) throw missing();
  return stored.result;
}

function missing(): AppError {
  return invalid('is required: as the body, or as a part of a multipart form');
}

function invalid(message: string, cause?: unknown): AppError {
  const internal = cause instanceof Error ? { internal: cause.message } : {};
  return new AppError('body_invalid', `file: ${message}`, {
    issues: [{ field: 'file', code: 'body_invalid', message }],
    ...internal,
  });
}
