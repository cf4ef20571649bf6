/** Export and import of the rows of a form (wire/formaloo.md §9). */
import type { FastifyInstance } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import { instantOf } from '../instants.ts';
import { legacy, modern } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { exportForm, importForm, sampleFile } from '../spreadsheets.ts';
import { ownForm } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;
const create = { config: { access: 'token', verb: 'create' } } as const;

export function spreadsheetRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  for (const path of [`${modern}/forms/:slug/excel-export`, `${legacy}/forms/form/:slug/excel`]) {
    scope.post(path, read, async (request, reply) => {
      const form = await ownForm(forms, request);
      const { isRunning, file, error } = await exportForm(core, actorOf(request), form);
      const shown = {
        slug: form.slug,
        async_export: isRunning,
        excel_file: isRunning ? null : (file?.url ?? null),
        export_in_progress: isRunning,
        last_export_file: file?.url ?? null,
        last_export_time: file === null ? null : instantOf(file.at),
        last_export_error: error,
      };
      return sendData(reply, JSON.stringify({ form: shown }), 201);
    });
  }

  scope.post(`${modern}/forms/:slug/import-rows`, create, async (request, reply) => {
    const form = await ownForm(forms, request);
    const { total, imported, problems } = await importForm(core, actorOf(request), form, bodyOf(request));
    const shown = {
      form: form.slug,
      status: imported === 0 && total > 0 ? 'failed' : 'imported',
      import_results: { total_count: total, imported_count: imported, failed_count: total - imported },
      error_log: problems.map(({ row, title, message }) => ({ row, field: title, error: message })),
    };
    return sendData(reply, JSON.stringify({ import: shown }), 201);
  });
  scope.get(`${modern}/forms/:slug/import-rows/sample-file`, create, async (request, reply) => {
    const form = await ownForm(forms, request);
    return sendData(reply, JSON.stringify({ file: await sampleFile(core, actorOf(request), form) }));
  });
}
