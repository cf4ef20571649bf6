/** `/fields/`: single fields, and the choices that an answer can take (wire/formaloo.md §5). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { requireVerb } from '../../../core/permit.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import { choicePage } from '../field-choices.ts';
import { fieldView } from '../field-view.ts';
import type { FormFinder } from '../find-form.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { modern } from '../paths.ts';
import type { SlugParams } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;

export function fieldRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  scope.get(`${modern}/fields`, read, async (request, reply) => {
    const found = (await forms.all(actorOf(request))).flatMap((form) => form.entries.map((entry) => ({ form, entry })));
    const query = pageQueryOf(request);
    const members = pageMembers(core, request, query, found.length);
    const shown = pageOf(found, query).map(({ form, entry }) => fieldView(form, entry));
    return sendData(reply, `{${members},"fields":${JSON.stringify(shown)}}`);
  });

  scope.get(`${modern}/fields/:slug`, read, async (request, reply) => {
    const { form, entry } = await ownField(forms, request);
    return sendData(reply, JSON.stringify({ field: fieldView(form, entry) }));
  });

  scope.get(`${modern}/fields/:slug/choices`, { config: { access: 'key', verb: 'read' } }, async (request, reply) => {
    const { entry } = await ownField(forms, request);
    const query = pageQueryOf(request);
    const [search, slug] = [queryText(request, 'search'), queryText(request, 'slug')];
    const { count, objects } = await choicePage(core, actorOf(request), entry, search, slug, query);
    return sendData(reply, `{${pageMembers(core, request, query, count)},"objects":${JSON.stringify(objects)}}`);
  });
}

/** The field that the path names. @throws field_not_found, scope_missing */
export async function ownField(forms: FormFinder, request: FastifyRequest) {
  const actor = actorOf(request);
  const found = await forms.byField(actor, (request.params as SlugParams).slug);
  requireVerb(actor, found.form.table, 'read');
  if (request.call !== null) request.call.tableId = found.form.table.id;
  return found;
}
