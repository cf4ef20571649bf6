/** Uploads (wire/formaloo.md §9): a file by itself, whose slug then goes into an answer. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { fileUrl, ownFileId } from '../../../core/files/file-links.ts';
import { getFile } from '../../../core/files/get-file.ts';
import { uploadFile } from '../../../core/files/upload-file.ts';
import { readUpload, takeUploads } from '../../../http/read-upload.ts';
import { actorOf, appOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import { queryText } from '../pages.ts';
import { modern } from '../paths.ts';
import { refused } from '../read-attributes.ts';
import { bodyOf } from '../read-body.ts';
import { requireToken } from '../require-token.ts';

/** Bodies of these routes are files: give them a scope of their own. */
export function uploadRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  takeUploads(scope);
  scope.post(`${modern}/files`, { config: { access: 'key', verb: 'create' } }, async (request, reply) => {
    const actor = actorOf(request);
    const bytesMax = await bytesMaxOf(core, forms, actor, request);
    if (!request.isMultipart()) throw refused('file', 'is required', 'value_required');
    const file = await readUpload(request, (upload) =>
      uploadFile(core, actor, appOf(actor), { ...upload, ...(bytesMax === null ? {} : { bytesMax }) }),
    );
    const { id, name, media_type, size, width, height } = file;
    const url = fileUrl(core, file);
    const shown = {
      slug: id,
      url,
      meta_data: { name, content_type: media_type, size, width, height },
      uploaded_file: url,
    };
    return sendData(reply, JSON.stringify({ file: shown }), 201);
  });
}

export function fileRoutes(scope: FastifyInstance, core: Core): void {
  scope.post(`${modern}/private-files`, { config: { access: 'token', verb: 'read' } }, async (request, reply) => {
    const { file_path: path } = bodyOf(request);
    if (typeof path !== 'string' || path === '') throw refused('file_path', 'is required', 'value_required');
    const id = ownFileId(core, path);
    if (id === null) throw refused('file_path', 'must be the URL of a file of this server');
    const file = await getFile(core, actorOf(request), id);
    return sendData(reply, JSON.stringify({ file: fileUrl(core, file) }));
  });
}

/** Anybody who has the form may upload for one of its fields; without a field it takes a token. @throws credential_missing */
async function bytesMaxOf(
  core: Core,
  forms: FormFinder,
  actor: Actor,
  request: FastifyRequest,
): Promise<number | null> {
  const slug = queryText(request, 'id');
  if (slug === undefined) {
    await requireToken(core, request);
    return null;
  }
  const { entry } = await forms.byField(actor, slug);
  const isForFiles = entry.field?.type === 'file' || entry.field?.type === 'image';
  if (!isForFiles) throw new AppError('field_not_found');
  if (entry.isAdminOnly || entry.isReadOnly) await requireToken(core, request);
  const { bytes_max: bytesMax } = entry.field?.options ?? {};
  return typeof bytesMax === 'number' ? bytesMax : null;
}
