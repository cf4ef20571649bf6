/** Public submission (wire/formaloo.md §6), with the API key or the write-only key alone. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import { legacy, modern } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { submitForm } from '../submit.ts';
import type { SlugParams } from './forms.ts';

const write = { config: { access: 'key', verb: 'create' } } as const;

export function submitRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  const submit = async (request: FastifyRequest) => {
    const actor = actorOf(request);
    const found = forms.bySlug(actor, (request.params as SlugParams).slug);
    const form = found instanceof Promise ? await found : found;
    if (request.call !== null) request.call.tableId = form.table.id;
    return submitForm(core, actor, form, bodyOf(request), request, { isPublic: true });
  };
  for (const path of [`${modern}/form-displays/slug/:slug/submit`, `${legacy}/forms/form/:slug/submit`]) {
    scope.post(path, write, async (request, reply) => sendData(reply, `{"row":${await submit(request)}}`, 201));
  }
}
