/** `/forms/`: the forms of the app (wire/formaloo.md §4). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../../core/context.ts';
import { requireVerb } from '../../../core/permit.ts';
import { deleteTable } from '../../../core/tables/delete-table.ts';
import { buildForm } from '../build-form.ts';
import { actorOf, appOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import type { Form } from '../form.ts';
import { figuresOf } from '../form-figures.ts';
import { formDetail, formSummary } from '../form-view.ts';
import { listOf, objectOf, textOrNull } from '../memory.ts';
import { onChange } from '../on-change.ts';
import { pageMembers, pageOf, pageQueryOf, queryText } from '../pages.ts';
import { legacy, modern } from '../paths.ts';
import { refused } from '../read-attributes.ts';
import { bodyOf } from '../read-body.ts';
import { statsOf } from '../stats.ts';
import { copyForm, createForm, updateForm } from '../write-form.ts';

export interface SlugParams {
  readonly slug: string;
}

const read = { config: { access: 'token', verb: 'read' } } as const;
const schema = { config: { access: 'token', verb: 'schema' } } as const;

export function formRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  const list = async (request: FastifyRequest) => {
    const found = (await forms.all(actorOf(request))).filter(matching(request));
    const query = pageQueryOf(request);
    const members = pageMembers(core, request, query, found.length);
    const page = pageOf(found, query);
    const figures = await figuresOf(core, page);
    const shown = await Promise.all(page.map((form) => formSummary(core, form, figures(form))));
    return `{${members},"forms":${JSON.stringify(shown)}}`;
  };
  const get = async (request: FastifyRequest) =>
    JSON.stringify({ form: await formDetail(core, await ownForm(forms, request)) });

  for (const path of [`${modern}/forms`, `${legacy}/forms/list`]) {
    scope.get(path, read, async (request, reply) => sendData(reply, await list(request)));
  }
  for (const path of [`${modern}/forms/:slug`, `${legacy}/forms/form/:slug`]) {
    scope.get(path, read, async (request, reply) => sendData(reply, await get(request)));
  }

  scope.get(`${modern}/forms/:slug/stats`, read, async (request, reply) => {
    const form = await ownForm(forms, request);
    const stats = await statsOf(core, actorOf(request), form);
    const { visits } = (await figuresOf(core, [form]))(form);
    return sendData(
      reply,
      JSON.stringify({ form: { slug: form.slug, title: form.title, visit_count: visits, stats } }),
    );
  });

  for (const path of [`${modern}/forms`, `${legacy}/forms/form`]) {
    scope.post(path, schema, async (request, reply) => {
      const actor = actorOf(request);
      return sendForm(core, reply, await createForm(core, actor, appOf(actor), bodyOf(request)), 201);
    });
  }
  for (const path of [`${modern}/forms/:slug`, `${legacy}/forms/form/:slug`]) {
    onChange(scope, path, schema, async (request, reply) => {
      const form = await ownForm(forms, request);
      return sendForm(core, reply, await updateForm(core, actorOf(request), form, bodyOf(request)));
    });
  }
  for (const path of [`${modern}/forms/:slug`, `${legacy}/forms/form/:slug`, `${modern}/form-fields/:slug`]) {
    scope.delete(path, schema, async (request, reply) => {
      const form = await ownForm(forms, request);
      await deleteTable(core, actorOf(request), form.table);
      return sendData(reply, '{}');
    });
  }

  scope.get(`${modern}/form-fields/:slug`, read, async (request, reply) => {
    const form = await formDetail(core, await ownForm(forms, request));
    return sendData(reply, JSON.stringify({ form, fields: form.fields_list }));
  });
  onChange(scope, `${modern}/form-fields/:slug`, schema, async (request, reply) => {
    const known = await ownForm(forms, request);
    const { form, fields } = await buildForm(core, actorOf(request), forms, known, bodyOf(request));
    return sendData(reply, JSON.stringify({ form: await formDetail(core, form), fields }));
  });

  scope.post(`${modern}/forms/:slug/copy`, schema, async (request, reply) => {
    const form = await ownForm(forms, request);
    return sendForm(core, reply, await copyForm(core, actorOf(request), form, bodyOf(request)), 201);
  });
  // Older clients name the form in the body.
  scope.post(`${legacy}/forms/form/copy`, schema, async (request, reply) => {
    const actor = actorOf(request);
    const body = bodyOf(request);
    const slug = textOrNull(body.copied_form);
    if (slug === null) throw refused('copied_form', 'is required', 'value_required');
    return sendForm(core, reply, await copyForm(core, actor, await forms.bySlug(actor, slug), body), 201);
  });
}

async function sendForm(core: Core, reply: FastifyReply, form: Form, status = 200): Promise<FastifyReply> {
  return sendData(reply, JSON.stringify({ form: await formDetail(core, form) }), status);
}

/** The form that the path names. @throws table_not_found, scope_missing */
export async function ownForm(forms: FormFinder, request: FastifyRequest): Promise<Form> {
  const actor = actorOf(request);
  const found = forms.bySlug(actor, (request.params as SlugParams).slug);
  const form = found instanceof Promise ? await found : found;
  requireVerb(actor, form.table, 'read');
  if (request.call !== null) request.call.tableId = form.table.id;
  return form;
}

/** The filters of the list. Text is looked for in titles and slugs, whatever its case. */
function matching(request: FastifyRequest): (form: Form) => boolean {
  const search = queryText(request, 'search')?.toLowerCase();
  const slug = queryText(request, 'slug');
  const categories = slugsOf(queryText(request, 'categories') ?? queryText(request, 'category'));
  const tags = slugsOf(queryText(request, 'tags') ?? queryText(request, 'tag'));
  const copiedFrom = queryText(request, 'copied_from');
  return (form) =>
    (search === undefined || form.title.toLowerCase().includes(search) || form.slug.toLowerCase().includes(search)) &&
    (slug === undefined || form.slug === slug) &&
    (categories === null || categories.has(textOrNull(form.memory.category) ?? '')) &&
    (tags === null || listOf(form.memory.tags).some((tag) => tags.has(tagSlug(tag)))) &&
    (copiedFrom === undefined || form.memory.copied_from === copiedFrom);
}

function slugsOf(text: string | undefined): ReadonlySet<string> | null {
  return text === undefined ? null : new Set(text.split(',').map((one) => one.trim()));
}

function tagSlug(tag: unknown): string {
  return textOrNull(tag) ?? textOrNull(objectOf(tag).slug) ?? '';
}
