/** `/rows/{slug}/`: one row, found by its slug alone (wire/formaloo.md §7). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { tagRecord } from '../../../core/forms/record-tags.ts';
import { requireVerb } from '../../../core/permit.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import { type RecordView, recordId } from '../../../core/records/record-view.ts';
import { updateRecord } from '../../../core/records/update-record.ts';
import { actorOf } from '../call.ts';
import { sendData } from '../envelope.ts';
import type { FormFinder } from '../find-form.ts';
import { type Form, formOf } from '../form.ts';
import { onChange } from '../on-change.ts';
import { modern } from '../paths.ts';
import { ignoringLabels, namingKeys, readAnswers, refuseWrong } from '../read-answers.ts';
import { type Body, bodyOf } from '../read-body.ts';
import { renderRow } from '../render-row.ts';
import { rowContextOf } from '../row-context.ts';
import { namesOf, noNames } from '../row-names.ts';
import { readRowTags } from '../row-tags.ts';
import type { SlugParams } from './forms.ts';

const path = `${modern}/rows/:slug`;

export function rowRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  scope.get(path, { config: { access: 'token', verb: 'read' } }, async (request, reply) => {
    const actor = actorOf(request);
    const { form, id } = await ownRow(core, forms, request);
    const row = await detail(core, actor, await getRecord(core, actor, form.table, id));
    return sendData(reply, `{"row":${row}}`);
  });

  onChange(scope, path, { config: { access: 'token', verb: 'update' } }, async (request, reply) => {
    const actor = actorOf(request);
    const { form, id } = await ownRow(core, forms, request);
    const view = await update(core, actor, form, id, bodyOf(request));
    return sendData(reply, `{"row":${await detail(core, actor, view)}}`);
  });

  scope.delete(path, { config: { access: 'token', verb: 'delete' } }, async (request, reply) => {
    const { form, id } = await ownRow(core, forms, request);
    const removed = await deleteRecords(core, actorOf(request), form.table, [id]);
    if (removed.length === 0) throw new AppError('record_not_found');
    return sendData(reply, '{}');
  });
}

interface OwnRow {
  readonly form: Form;
  readonly id: number;
}

/** @throws record_not_found */
function ownRow(core: Core, forms: FormFinder, request: FastifyRequest): OwnRow | Promise<OwnRow> {
  const name = core.secrets.slugs.decode((request.params as SlugParams).slug);
  if (name === null) throw new AppError('record_not_found');
  const within = (form: Form | undefined): OwnRow => {
    if (form === undefined) throw new AppError('record_not_found');
    if (request.call !== null) request.call.tableId = form.table.id;
    return { form, id: name.recordId };
  };
  const form = forms.byNumber(actorOf(request), name.tableNumber);
  return form instanceof Promise ? form.then(within) : within(form);
}

/** Only what was sent changes; required fields are not asked for (wire/formaloo.md §7). */
async function update(core: Core, actor: Actor, form: Form, id: number, body: Body): Promise<RecordView> {
  const grant = requireVerb(actor, form.table, 'update');
  const tags = body.row_tags === undefined ? null : readRowTags(form, body.row_tags);
  const answers = ignoringLabels(form, await readAnswers(core, form, body, { isPublic: false }));
  const mayBeEmpty = () => true;
  const view = await namingKeys(answers, async () => {
    refuseWrong(answers, form, 'merge', grant, mayBeEmpty);
    // A row that nothing was sent for is not touched: not even its time of change.
    if (answers.input.length === 0) return getRecord(core, actor, form.table, id);
    return updateRecord(core, actor, form.table, id, answers.input, { mode: 'merge', mayBeEmpty });
  });
  if (tags !== null) await tagRecord(core, actor, form.table, id, tags);
  return view;
}

/** A row with the slugs of its neighbours: the one that came after it, and the one before. */
async function detail(core: Core, actor: Actor, view: RecordView): Promise<string> {
  const form = formOf(view.table);
  const context = await rowContextOf(core, actor, form, [view.row], view.links);
  const id = recordId(view.row);
  const { next, previous } = await core.store.records.neighbours(form.table, id);
  const [names = noNames, nextNames, previousNames] = namesOf(core, form, [id, next ?? id, previous ?? id]);
  const nextText = next === null ? 'null' : `"${nextNames?.slug}"`;
  const previousText = previous === null ? 'null' : `"${previousNames?.slug}"`;
  const extra = `,"next_row":${nextText},"previous_row":${previousText}`;
  return renderRow(core, form, view.row, view.links, context, { names, extra });
}
