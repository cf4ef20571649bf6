/** Forms for who fills them in (wire/formaloo.md §6), with the API key alone. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { perObject } from '../../../core/per-object.ts';
import { requireVerb } from '../../../core/permit.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import type { Form } from '../form.ts';
import { findTag } from '../form-tags.ts';
import { formDisplay } from '../form-view.ts';
import { listOf } from '../memory.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { legacy, modern } from '../paths.ts';
import type { SlugParams } from './forms.ts';

const open = { config: { access: 'key', verb: 'read' } } as const;

export function displayRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  const show = (request: FastifyRequest, reply: FastifyReply, form: Form) => {
    requireVerb(actorOf(request), form.table, 'read');
    if (request.call !== null) request.call.tableId = form.table.id;
    core.visits.count(form.table.id);
    return sendData(reply, displayTexts(core)(form));
  };

  scope.get(`${modern}/form-displays/slug/:slug`, open, async (request, reply) =>
    show(request, reply, await forms.bySlug(actorOf(request), (request.params as SlugParams).slug)),
  );
  for (const path of [`${modern}/form-displays/address/:slug`, `${legacy}/forms/form/:slug/show`]) {
    scope.get(path, open, async (request, reply) =>
      show(request, reply, await forms.byAddress(actorOf(request), (request.params as SlugParams).slug)),
    );
  }
  scope.get(`${modern}/form-displays/by-domain`, open, async (request, reply) =>
    show(request, reply, await byDomain(forms, actorOf(request), domainOf(request))),
  );
  scope.get(`${modern}/form-displays/tag/:slug`, open, async (request, reply) => {
    const actor = actorOf(request);
    const tag = await findTag(core, actor, (request.params as SlugParams).slug);
    const found = (await forms.all(actor)).filter(({ memory }) => listOf(memory.tags).includes(tag));
    for (const form of found) requireVerb(actor, form.table, 'read');
    const query = pageQueryOf(request);
    const shown = pageOf(found, query).map((form) => formDisplay(core, form));
    return sendData(reply, `{${pageMembers(core, request, query, found.length)},"forms":${JSON.stringify(shown)}}`);
  });
}

/** The same for everybody until the form changes. */
const displayTexts = perObject((core: Core) =>
  perObject((form: Form) => JSON.stringify({ form: formDisplay(core, form) })),
);

/** The domain asked for, or that of the page which asks. */
function domainOf(request: FastifyRequest): string {
  const asked = queryText(request, 'domain');
  if (asked !== undefined) return asked.toLowerCase();
  const page = request.headers.origin ?? request.headers.referer ?? '';
  return URL.canParse(page) ? new URL(page).hostname : '';
}

async function byDomain(forms: FormFinder, actor: Actor, domain: string): Promise<Form> {
  const form = (await forms.all(actor)).find(({ memory }) => domain !== '' && memory.domain === domain);
  if (form === undefined) throw new AppError('table_not_found');
  return form;
}
