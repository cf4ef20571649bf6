/** `/fields/`: single fields, and the choices that an answer can take (wire/formaloo.md §5). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { requireVerb } from '../../../core/permit.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import { choicePage } from '../field-choices.ts';
import { fieldView } from '../field-view.ts';
import type { FormFinder } from '../find-form.ts';
import { type Kind, kindOfPath, kinds } from '../kinds.ts';
import { onChange } from '../on-change.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { modern } from '../paths.ts';
import { refused } from '../read-attributes.ts';
import { bodyOf } from '../read-body.ts';
import { requireToken } from '../require-token.ts';
import { changeType, createField, deleteField, duplicateField, type FieldPlace, updateField } from '../write-field.ts';
import type { SlugParams } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;
const schema = { config: { access: 'token', verb: 'schema' } } as const;

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
    if (entry.isAdminOnly) await requireToken(core, request);
    const query = pageQueryOf(request);
    const [search, slug] = [queryText(request, 'search'), queryText(request, 'slug')];
    const { count, objects } = await choicePage(core, actorOf(request), entry, search, slug, query);
    return sendData(reply, `{${pageMembers(core, request, query, count)},"objects":${JSON.stringify(objects)}}`);
  });

  // Before the types: `duplicate` is none of them.
  scope.post(`${modern}/fields/duplicate`, schema, async (request, reply) => {
    const slug = bodyOf(request).copied_field;
    if (typeof slug !== 'string') throw refused('copied_field', 'is required', 'value_required');
    const found = await forms.byField(actorOf(request), slug).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'field_not_found') throw refused('copied_field', 'is no field');
      throw error;
    });
    return sendField(reply, await duplicateField(core, actorOf(request), found), 201);
  });
  scope.post(`${modern}/fields`, schema, async (request, reply) => {
    const { type } = bodyOf(request);
    if (type === undefined || type === null || type === '') throw refused('type', 'is required', 'value_required');
    return sendField(reply, await create(request, typeof type === 'string' ? kinds.get(type) : undefined), 201);
  });
  scope.post(`${modern}/fields/:path`, schema, async (request, reply) => {
    const kind = kindOfPath((request.params as { readonly path: string }).path);
    if (kind === undefined) throw new AppError('route_not_found');
    return sendField(reply, await create(request, kind), 201);
  });

  async function create(request: FastifyRequest, kind: Kind | undefined): Promise<FieldPlace> {
    const body = bodyOf(request);
    if (kind === undefined) {
      const sent = typeof body.type === 'string' ? `"${body.type.slice(0, 63)}"` : 'this';
      throw refused('type', `${sent} is not a type of field`);
    }
    const { form: slug } = body;
    if (typeof slug !== 'string' || slug === '') throw refused('form', 'is required', 'value_required');
    const form = await Promise.resolve(forms.bySlug(actorOf(request), slug)).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'table_not_found')
        throw refused('form', 'must be the slug of a form');
      throw error;
    });
    if (request.call !== null) request.call.tableId = form.table.id;
    return createField(core, actorOf(request), forms, form, kind, body);
  }

  onChange(scope, `${modern}/fields/:slug`, schema, async (request, reply) =>
    sendField(reply, await updateField(core, actorOf(request), await ownField(forms, request), bodyOf(request))),
  );
  scope.patch(`${modern}/fields/:slug/type`, schema, async (request, reply) =>
    sendField(reply, await changeType(core, actorOf(request), await ownField(forms, request), bodyOf(request))),
  );
  scope.delete(`${modern}/fields/:slug`, schema, async (request, reply) => {
    await deleteField(core, actorOf(request), await ownField(forms, request));
    return sendData(reply, '{}');
  });
}

function sendField(reply: FastifyReply, { form, entry }: FieldPlace, status = 200): FastifyReply {
  return sendData(reply, JSON.stringify({ field: fieldView(form, entry) }), status);
}

/** The field that the path names. @throws field_not_found, scope_missing */
async function ownField(forms: FormFinder, request: FastifyRequest) {
  const actor = actorOf(request);
  const found = await forms.byField(actor, (request.params as SlugParams).slug);
  requireVerb(actor, found.form.table, 'read');
  if (request.call !== null) request.call.tableId = found.form.table.id;
  return found;
}
