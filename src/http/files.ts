/**
 * `/files/{id}/{name}`: the content of files, streamed. Public ones need nothing, private ones a signed link. What comes from
 * strangers is never taken for a page of this origin: no sniffing, active types only as downloads, the rest in a sandbox.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/context.ts';
import type { ErrorCode } from '../core/errors.ts';
import { openLink, readFile } from '../core/files/open-file.ts';
import type { FileRow } from '../core/system-rows.ts';
import { readRange } from './byte-range.ts';
import { contentDisposition } from './content-disposition.ts';
import { logRefusal } from './log-request.ts';
import { sendStream } from './send-stream.ts';
import { toAppError } from './to-app-error.ts';

interface FileQuery {
  readonly expires?: unknown;
  readonly signature?: unknown;
  /** Present: as a download, whatever it is. */
  readonly download?: unknown;
}

/** Shown in the browser; everything else is downloaded. */
const shownTypes =
  /^(?:image\/(?:png|apng|jpeg|gif|webp|avif|bmp|heic|heif|x-icon|vnd\.microsoft\.icon)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain|application\/pdf)$/;

const sandboxed = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
/** Browsers open no PDF in a sandbox; their viewers run nothing of it in this origin. */
const forPdf = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'";

const publicSeconds = 86_400;

export function mountFiles(server: FastifyInstance, core: Core): void {
  server.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => sendRefusal(core, error, request, reply));
    for (const url of ['/files/:id', '/files/:id/*']) {
      scope.route({
        method: ['GET', 'HEAD'],
        url,
        handler: (request, reply) => sendFile(core, request, reply),
      });
    }
  });
}

async function sendFile(core: Core, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { id } = request.params as { id: string };
  const query = request.query as FileQuery;
  const file = await openLink(core, id, { expires: text(query.expires), signature: text(query.signature) });
  const etag = `"${file.sha256.slice(0, 32)}"`;
  const changed = new Date(file.created_at).toUTCString();
  reply.headers({
    ETag: etag,
    'Last-Modified': changed,
    'Cache-Control': cacheControl(core, file, text(query.expires)),
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': file.media_type === 'application/pdf' ? forPdf : sandboxed,
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Referrer-Policy': 'no-referrer',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag',
  });
  if (isUnchanged(request, etag, changed)) return reply.code(304).send();

  reply.header(
    'Content-Type',
    file.media_type.startsWith('text/') ? `${file.media_type}; charset=utf-8` : file.media_type,
  );
  reply.header('Content-Disposition', disposition(file, query.download !== undefined));
  const range =
    request.method === 'GET' && isRangeWanted(request, etag, changed)
      ? readRange(request.headers.range, file.size)
      : 'whole';
  if (range === 'none') {
    return reply.code(416).header('Content-Range', `bytes */${file.size}`).header('Content-Length', '0').send();
  }
  const length = range === 'whole' ? file.size : range.end - range.start + 1;
  reply.header('Content-Length', String(length));
  if (range !== 'whole') reply.code(206).header('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
  if (request.method === 'HEAD' || length === 0) return reply.send();
  return sendStream(reply, await readFile(core, file, range === 'whole' ? undefined : range));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A private file may be kept as long as its link lives, and by its reader alone. */
function cacheControl(core: Core, file: FileRow, expires: string | undefined): string {
  if (file.is_public === 1) return `public, max-age=${publicSeconds}`;
  const left = Math.max(0, Math.floor(Number(expires) - core.clock.now() / 1000));
  return `private, max-age=${Math.min(left, publicSeconds)}`;
}

/** RFC 9110 §13.2.2: If-Modified-Since counts only where there is no If-None-Match. */
function isUnchanged(request: FastifyRequest, etag: string, changed: string): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) {
    return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return Date.parse(changed) <= since;
}

/** If-Range: a part only of the very version that the client has the rest of. */
function isRangeWanted(request: FastifyRequest, etag: string, changed: string): boolean {
  const condition = request.headers['if-range'];
  return condition === undefined || condition === etag || condition === changed;
}

function disposition(file: FileRow, isDownload: boolean): string {
  return contentDisposition(!isDownload && shownTypes.test(file.media_type) ? 'inline' : 'attachment', file.name);
}

const statuses: Partial<Record<ErrorCode, number>> = {
  file_not_found: 404,
  route_not_found: 404,
  token_expired: 403,
  parameter_invalid: 400,
  store_unavailable: 503,
};

function sendRefusal(core: Core, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(thrown);
  logRefusal(core, request, error);
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  return reply
    .code(statuses[error.code] ?? 500)
    .headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Access-Control-Allow-Origin': '*' })
    .send({ code: error.code, message: error.message });
}
