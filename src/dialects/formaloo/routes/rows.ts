/** `/forms/{slug}/rows/` and `/rows/{slug}/` (wire/formaloo.md §7). */

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { perObject } from '../../../core/per-object.ts';
import { requireVerb } from '../../../core/permit.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { countRecords, listRecords } from '../../../core/records/list-records.ts';
import type { Filter, RecordQuery } from '../../../core/records/query.ts';
import { recordId } from '../../../core/records/record-view.ts';
import { sendStream } from '../../../http/send-stream.ts';
import { actorOf } from '../call.ts';
import { openEnvelope, sendData, sendPieces } from '../envelope.ts';
import { fieldView } from '../field-view.ts';
import type { FormFinder } from '../find-form.ts';
import type { Form } from '../form.ts';
import { formMark } from '../form-view.ts';
import { type PageQuery, pageMembers, pageQueryOf } from '../pages.ts';
import { legacy, modern, type Version, versionOf } from '../paths.ts';
import { bodyOf } from '../read-body.ts';
import { type RowShape, renderRows } from '../render-row.ts';
import { rowContextOf } from '../row-context.ts';
import { rowFilter, rowOrder } from '../row-query.ts';
import { submitForm } from '../submit.ts';
import { ownForm } from './forms.ts';

const read = { config: { access: 'token', verb: 'read' } } as const;

/** Versions whose lists render rows as a map by field slug, and name the fields on top (wire/formaloo.md §7). */
const mapVersions: ReadonlySet<Version> = new Set(['v1', 'v2', 'v3', 'v3.1', 'v3.2', 'v3.3']);
/** Rows read at once while everything is listed. */
const rowsPerPiece = 1000;

export function rowsRoutes(scope: FastifyInstance, core: Core, forms: FormFinder): void {
  for (const path of [`${modern}/forms/:slug/rows`, `${legacy}/forms/form/:slug/submits`]) {
    scope.get(path, read, async (request, reply) => listRows(core, forms, request, reply));
  }

  scope.post(`${modern}/forms/:slug/rows`, { config: { access: 'token', verb: 'create' } }, async (request, reply) => {
    const form = await ownForm(forms, request);
    const row = await submitForm(core, actorOf(request), form, bodyOf(request), request, { isPublic: false });
    return sendData(reply, `{"row":${row}}`, 201);
  });

  for (const method of ['POST', 'DELETE'] as const) {
    scope.route({
      method,
      url: `${modern}/forms/:slug/rows/bulk-delete`,
      config: { access: 'token', verb: 'delete' },
      handler: async (request, reply) => {
        const form = await ownForm(forms, request);
        await deleteRecords(core, actorOf(request), form.table, rowIdsOf(core, form, bodyOf(request).slugs_list));
        return sendData(reply, '{}');
      },
    });
  }

  scope.get(`${modern}/rows`, read, async (request, reply) => listEverywhere(core, forms, request, reply));
}

async function listRows(core: Core, forms: FormFinder, request: FastifyRequest, reply: FastifyReply) {
  const actor = actorOf(request);
  const form = await ownForm(forms, request);
  const page = pageQueryOf(request);
  const filter = await rowFilter(core, form, request);
  const sort = rowOrder(form, request);
  const question: Question = { sort, ...(filter === undefined ? {} : { filter }) };
  const count = await countRecords(core, actor, form.table, filter);
  const members = pageMembers(core, request, page, count);
  const isMap = mapVersions.has(versionOf(request));
  const top = isMap ? `"top_fields":${topFields(form)},` : '';
  const shape = { isMap };
  if (page.isWhole) {
    const pieces = everyRow(core, actor, form, question, shape, `${openEnvelope}{${members},${top}"rows":[`);
    return sendStream(reply.header('Content-Type', 'application/json; charset=utf-8'), Readable.from(pieces));
  }
  const rows = await pageTexts(core, actor, form, question, page, shape);
  return sendPieces(reply, [`{${members},${top}"rows":[`, ...rows, ']}']);
}

type Question = Pick<RecordQuery, 'filter' | 'sort'>;

async function pageTexts(
  core: Core,
  actor: Actor,
  form: Form,
  question: Question,
  { page, size }: PageQuery,
  shape: RowShape,
): Promise<string[]> {
  const offset = (page - 1) * size;
  const query = { ...question, limit: size, ...(offset === 0 ? {} : { start: { offset } }) };
  return rowTexts(core, actor, form, await listRecords(core, actor, form.table, query), shape);
}

async function rowTexts(
  core: Core,
  actor: Actor,
  form: Form,
  { rows, links }: Awaited<ReturnType<typeof listRecords>>,
  shape: RowShape,
): Promise<string[]> {
  const context = await rowContextOf(core, actor, form, rows, links);
  return renderRows(core, form, rows, links, context, shape);
}

/** All rows in pieces, each read when the one before has been sent. */
async function* everyRow(
  core: Core,
  actor: Actor,
  form: Form,
  question: Question,
  shape: RowShape,
  opening: string,
): AsyncGenerator<string> {
  yield opening;
  let start: RecordQuery['start'];
  for (let isFirst = true; ; isFirst = false) {
    const page = await listRecords(core, actor, form.table, {
      ...question,
      limit: rowsPerPiece,
      ...(start === undefined ? {} : { start }),
    });
    const text = (await rowTexts(core, actor, form, page, shape)).join('');
    yield isFirst || text === '' ? text : `,${text}`;
    const last = page.rows.at(-1);
    if (!page.hasMore || last === undefined) break;
    const values = (question.sort ?? []).map(({ field }) => last[field.slot] ?? null);
    start = { after: { values, id: recordId(last) } };
  }
  yield ']}}';
}

/** The fields in the order in which every row shows them. */
const topFields = perObject((form: Form): string => {
  const fields = form.answers.map((entry, index) => {
    const { slug, title, type, choice_items } = fieldView(form, entry);
    return { slug, title, type, position: index + 1, ...(choice_items === undefined ? {} : { choice_items }) };
  });
  return JSON.stringify(fields);
});

/** The rows of all forms, form by form, each newest first. */
async function listEverywhere(core: Core, forms: FormFinder, request: FastifyRequest, reply: FastifyReply) {
  const actor = actorOf(request);
  const query = pageQueryOf(request);
  const found: { readonly form: Form; readonly filter: Filter | undefined; readonly count: number }[] = [];
  for (const form of await forms.all(actor)) {
    requireVerb(actor, form.table, 'read');
    const filter = await rowFilter(core, form, request);
    found.push({ form, filter, count: await countRecords(core, actor, form.table, filter) });
  }
  const count = found.reduce((sum, one) => sum + one.count, 0);
  // Every row of every form at once has no bound; this list comes in pages only.
  const page = { ...query, isWhole: false };
  const members = pageMembers(core, request, page, count);
  let skip = (page.page - 1) * page.size;
  let left = page.size;
  const texts: string[] = [];
  for (const { form, filter, count: own } of found) {
    if (left === 0) break;
    if (skip >= own) {
      skip -= own;
      continue;
    }
    const limit = Math.min(left, own - skip);
    const sort = rowOrder(form, request);
    const question = { sort, limit, start: { offset: skip }, ...(filter === undefined ? {} : { filter }) };
    const rows = await listRecords(core, actor, form.table, question);
    const shown = await rowTexts(core, actor, form, rows, { form: JSON.stringify(formMark(form)) });
    texts.push(shown.join(''));
    left -= rows.rows.length;
    skip = 0;
  }
  return sendData(reply, `{${members},"rows":[${texts.filter((one) => one !== '').join()}]}`);
}

/** @throws body_invalid */
function rowIdsOf(core: Core, form: Form, sent: unknown): number[] {
  const slugs = typeof sent === 'string' ? sent.split(',') : sent;
  if (!Array.isArray(slugs)) {
    const isMissing = slugs === undefined || slugs === null;
    const message = isMissing ? 'is required' : 'must be a list of row slugs';
    throw new AppError('body_invalid', `slugs_list: ${message}`, {
      issues: [{ field: 'slugs_list', code: isMissing ? 'value_required' : 'body_invalid', message }],
    });
  }
  return (slugs as readonly unknown[]).flatMap((slug) =>
    typeof slug === 'string' ? (core.secrets.slugs.decodeIn(form.table.number, slug.trim()) ?? []) : [],
  );
}
