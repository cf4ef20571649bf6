/** `/apps/{app}/files` and `/files/{file}`: uploads, what is known of them, links. Contents are at `/files/{file}/{name}`. */

import { toIso } from '../../../core/clock.ts';
import type { Core } from '../../../core/context.ts';
import { deleteFile } from '../../../core/files/delete-file.ts';
import { fileUrl } from '../../../core/files/file-links.ts';
import { getFile } from '../../../core/files/get-file.ts';
import { signFileUrl } from '../../../core/files/sign-file-url.ts';
import { requireUpload, storeFile } from '../../../core/files/upload-file.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { FileRow } from '../../../core/system-rows.ts';
import { readUpload, takeUploads } from '../../../http/read-upload.ts';
import { actorOf } from '../request-actor.ts';
import { id, named, namedBody, nothing, nullable, pathOf, time } from '../shapes/parts.ts';
import { type NativeScope, typed } from '../typed-scope.ts';

const path = '/api/v1/files/:file';
const tags = ['files'];
const params = pathOf('file');

const fileShape = named('File', {
  id: id('Write it into a file or image field.'),
  app_id: id(),
  url: Type.String({ description: 'Where the content is; of a private file, for about an hour.' }),
  filename: Type.String({ examples: ['desk.jpg'] }),
  size: Type.Integer({ description: 'Bytes.' }),
  media_type: Type.String({ description: 'As the content tells it.', examples: ['image/jpeg'] }),
  width: nullable(Type.Integer({ description: 'Pixels, of an image.' })),
  height: nullable(Type.Integer()),
  sha256: Type.String(),
  is_private: Type.Boolean(),
  created_at: time(),
});

const linkShape = named('FileLink', {
  url: Type.String(),
  expires_at: nullable(time('Null: the file is public, its link stays.')),
});

const secondsMax = 7 * 24 * 3600;
const linkInput = namedBody('FileLinkInput', {
  expires_in: Type.Optional(
    Type.Integer({ minimum: 1, maximum: secondsMax, default: 3600, description: 'Seconds that the link works.' }),
  ),
});

export function fileRoutes(scope: NativeScope, core: Core): void {
  scope.register(async (uploads) => {
    takeUploads(uploads);
    uploadRoute(typed(uploads), core);
  });

  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'getFile',
        summary: 'What is known of a file',
        params,
        response: { 200: fileShape },
      },
      config: { verb: 'read' },
    },
    async (request) => fileView(core, await getFile(core, actorOf(request), request.params.file)),
  );

  scope.post(
    `${path}/url`,
    {
      schema: {
        tags,
        operationId: 'signFileUrl',
        summary: 'A link to a file that works without a key',
        params,
        body: linkInput,
        response: { 200: linkShape },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { expires_in = 3600 } = request.body;
      const { url, expiresAt } = await signFileUrl(core, actorOf(request), request.params.file, expires_in);
      return { url, expires_at: expiresAt === null ? null : toIso(expiresAt) };
    },
  );

  scope.delete(
    path,
    {
      schema: {
        tags,
        operationId: 'deleteFile',
        summary: 'Delete a file that no record shows',
        params,
        response: { 204: nothing },
      },
      config: { verb: 'delete' },
    },
    async (request, reply) => {
      await deleteFile(core, actorOf(request), request.params.file);
      return reply.code(204).send();
    },
  );
}

function uploadRoute(scope: NativeScope, core: Core): void {
  scope.post(
    '/api/v1/apps/:app/files',
    {
      schema: {
        tags,
        operationId: 'uploadFile',
        summary: 'Upload a file',
        description:
          'The body is the file, or a multipart form with it. It goes again unless a record shows it within 24 hours.',
        params: pathOf('app'),
        querystring: Type.Object(
          {
            filename: Type.Optional(
              Type.String({ minLength: 1, maxLength: 1000, description: 'Wins over the one in a form.' }),
            ),
            private: Type.Optional(Type.Boolean({ description: 'Answer it only to signed links.' })),
          },
          { additionalProperties: false },
        ),
        response: { 201: fileShape },
      },
      config: { verb: 'create', takesFile: true },
    },
    async (request, reply) => {
      const { filename, private: isPrivate = false } = request.query;
      const actor = actorOf(request);
      const app = await requireUpload(core, actor, request.params.app);
      const file = await readUpload(request, (upload) =>
        storeFile(core, actor, app, { ...upload, filename: filename ?? upload.filename, isPrivate }),
      );
      return reply.code(201).header('Location', `/api/v1/files/${file.id}`).send(fileView(core, file));
    },
  );
}

function fileView(core: Core, file: FileRow): Static<typeof fileShape> {
  const { id: fileId, app_id, name, size, media_type, width, height, sha256 } = file;
  return {
    id: fileId,
    app_id,
    url: fileUrl(core, file),
    filename: name,
    size,
    media_type,
    width,
    height,
    sha256,
    is_private: file.is_public === 0,
    created_at: toIso(file.created_at),
  };
}
