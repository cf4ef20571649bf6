/** `/data/file/upload/{project}` (wire/retable.md §9): the file of a form; the answer's `url` or `id` goes into a cell. */
import { toIso } from '../../../core/clock.ts';
import type { Core } from '../../../core/context.ts';
import { fileUrl } from '../../../core/files/file-links.ts';
import { uploadFile } from '../../../core/files/upload-file.ts';
import { visibleApp } from '../../../core/permit.ts';
import { readUpload } from '../../../http/read-upload.ts';
import type { AddRoute } from '../add-route.ts';
import { peopleWith } from '../people.ts';
import { refused } from '../read-body.ts';
import { sendData } from '../send.ts';
import { actorOf, idOf } from '../target.ts';

const fileBytesMax = 20 * 1024 * 1024;

export function fileRoutes(core: Core, add: AddRoute): void {
  add('POST', '/data/file/upload/:id', 'create', async (request, reply) => {
    const actor = actorOf(request);
    const project = await visibleApp(core, actor, idOf(request));
    if (!request.isMultipart()) throw refused('file', 'must be a part of a multipart form');
    const file = await readUpload(request, (upload) =>
      uploadFile(core, actor, project.id, { ...upload, bytesMax: fileBytesMax }),
    );
    const { title } = request.query as { readonly title?: unknown };
    const people = await peopleWith(core, [actor.userId], project.created_by);
    const { id, name, media_type, size, created_at } = file;
    const about = JSON.stringify({
      id,
      title: typeof title === 'string' && title.trim() !== '' ? title : name,
      file_name: name,
      mime_type: media_type,
      size,
      url: fileUrl(core, file),
      project_id: project.id,
    });
    const by = `"created_by":${people.json(actor.userId)},"created_at":"${toIso(created_at)}"`;
    return sendData(reply, 201, `${about.slice(0, -1)},${by}}`);
  });
}
