/** Public submission and what follows from its code (wire/formaloo.md §6), with the API key or the write-only key alone. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import { actorOf } from '../call.ts';
import { begunAt, findDraft, keepDraft, renderDraft, withDraft } from '../drafts.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import { type Form, formOf, publicForm } from '../form.ts';
import { checkOpen, checkTime } from '../gate.ts';
import { legacy, modern } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { renderRow } from '../render-row.ts';
import { rowContextOf } from '../row-context.ts';
import { submitForm } from '../submit.ts';
import type { SlugParams } from './forms.ts';

const write = { config: { access: 'key', verb: 'create' } } as const;
const read = { config: { access: 'key', verb: 'read' } } as const;

export function submitRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  for (const path of [`${modern}/form-displays/slug/:slug/submit`, `${legacy}/forms/form/:slug/submit`]) {
    scope.post(path, write, async (request, reply) => {
      const actor = actorOf(request);
      const found = forms.bySlug(actor, (request.params as SlugParams).slug);
      const form = found instanceof Promise ? await found : found;
      if (request.call !== null) request.call.tableId = form.table.id;
      return sendData(reply, `{"row":${await submit(core, actor, form, request)}}`, 201);
    });
  }

  scope.get(`${modern}/draft-rows/:slug`, read, async (request, reply) => {
    const actor = actorOf(request);
    const { form, draft } = await findDraft(core, actor, forms, (request.params as SlugParams).slug);
    refuseWriteOnly(actor, form);
    return sendData(reply, `{"row":${await renderDraft(core, form, draft)}}`);
  });
  scope.patch(`${modern}/draft-rows/:slug`, { config: { access: 'key', verb: 'update' } }, async (request, reply) => {
    const actor = actorOf(request);
    const { form, draft } = await findDraft(core, actor, forms, (request.params as SlugParams).slug);
    checkOpen(form, { recaptcha_value: 'asked for when it is submitted' }, core.clock.now());
    checkTime(form, begunAt(draft), core.clock.now());
    return sendData(reply, `{"row":${await keepDraft(core, actor, form, bodyOf(request), { known: draft })}}`);
  });

  scope.get(`${modern}/row-results/:slug`, read, async (request, reply) => {
    const actor = actorOf(request);
    const { form, id } = await findSubmitted(core, actor, forms, (request.params as SlugParams).slug);
    const view = await getRecord(core, actor, form.table, id);
    const current = publicForm(formOf(view.table));
    const context = await rowContextOf(core, actor, current, [view.row], view.links);
    return sendData(reply, `{"row":${renderRow(core, current, view.row, view.links, context)}}`);
  });
}

function submit(core: Core, actor: Actor, form: Form, request: FastifyRequest): Promise<string> {
  const body = bodyOf(request);
  const code = typeof body.submit_code === 'string' && body.submit_code !== '' ? body.submit_code : null;
  const isDraft = body.status === 'draft' && form.memory.accept_draft_answers === true;
  if (code === null && !isDraft) return submitForm(core, actor, form, body, request, { isPublic: true });
  return submitBegun(core, actor, form, request, code, isDraft);
}

/** What goes on with a draft, or begins one. */
async function submitBegun(
  core: Core,
  actor: Actor,
  form: Form,
  request: FastifyRequest,
  code: string | null,
  isDraft: boolean,
): Promise<string> {
  const body = bodyOf(request);
  const draft =
    code === null ? undefined : await core.store.find('submission_drafts', { code, table_id: form.table.id });
  // A program that keeps no draft says nothing of when it began.
  if (draft !== undefined) checkTime(form, begunAt(draft), core.clock.now());
  if (isDraft) {
    checkOpen(form, { recaptcha_value: 'asked for when it is submitted' }, core.clock.now());
    return keepDraft(core, actor, form, body, { referer: request.headers.referer ?? null, known: draft });
  }
  // A code that names no draft is one of the client's own: there is nothing to go on with.
  if (draft === undefined) return submitForm(core, actor, form, body, request, { isPublic: true });
  const whole = await withDraft(core, form, draft, body);
  return submitForm(core, actor, form, whole, request, { isPublic: true, draft: draft.code });
}

/** The row of a submission code. @throws record_not_found */
async function findSubmitted(core: Core, actor: Actor, forms: FormFinder, code: string) {
  const known = await core.store.find('submissions', { code });
  for (const form of await forms.all(actor)) {
    const isOwn = known !== undefined && known.table_id === form.table.id;
    const id = isOwn ? known.record_id : core.secrets.submissionCodes.decodeIn(form.table.number, code);
    if (id !== null) return { form, id };
  }
  throw new AppError('record_not_found');
}

function refuseWriteOnly(actor: Actor, { table }: Form): void {
  if (actor.grant(table).readable !== null) throw new AppError('scope_missing');
}
