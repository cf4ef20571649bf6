/** A submission from body to answer (wire/formaloo.md §6): by anybody who has the form, or by its staff. */

import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../core/context.ts';
import type { Json } from '../../core/fields/field-type.ts';
import { readTime } from '../../core/fields/read-instant.ts';
import {
  checkCounts,
  noTrace,
  type Submission,
  type SubmissionCounts,
  type Submitted,
  submitRecord,
} from '../../core/forms/submit-record.ts';
import { perObject } from '../../core/per-object.ts';
import { requireVerb } from '../../core/permit.ts';
import type { StoredRow } from '../../core/records/query.ts';
import { type Links, type RecordView, recordId } from '../../core/records/record-view.ts';
import { addressOf } from '../../http/address-of.ts';
import { type Form, formOf, publicForm } from './form.ts';
import { formMark } from './form-view.ts';
import { checkOpen, limitOf } from './gate.ts';
import { textOrNull } from './memory.ts';
import { type Answers, namedByKeys, readAnswers, refuseWrong } from './read-answers.ts';
import type { Body } from './read-body.ts';
import { type RowShape, renderAnswers, renderRow } from './render-row.ts';
import { isPlain, nothingBeside, type RowContext, rowContextOf } from './row-context.ts';
import { readRowTags } from './row-tags.ts';

export interface SubmitOptions {
  readonly isPublic: boolean;
  /** Code of the draft that is submitted. */
  readonly draft?: string;
  /** A form that is sent twice is one submission. */
  readonly once?: Submission['once'];
}

/** Checks, stores, and answers the row as JSON text. @throws form_closed, value_invalid, value_required, value_not_unique */
export async function submitForm(
  core: Core,
  actor: Actor,
  form: Form,
  body: Body,
  request: FastifyRequest,
  options: SubmitOptions,
): Promise<string> {
  const grant = requireVerb(actor, form.table, 'create');
  if (options.isPublic) checkOpen(form, body, core.clock.now());
  const counts = options.isPublic ? countsOf(form, request) : null;
  // Who cannot submit at all is not asked to correct their answers first; but what was sent twice may have been the last.
  if (counts !== null && options.once === undefined)
    await checkCounts(core.store, form.table, counts, core.clock.now());
  const answers = await readAnswers(core, form, body, options);
  let submitted: Submitted;
  try {
    const submission = submissionOf(form, body, answers, request, counts, options);
    refuseWrong(answers, form, 'create', grant, submission.mayBeEmpty ?? (() => false));
    submitted = await submitRecord(core, actor, form.table, submission);
  } catch (error) {
    throw namedByKeys(answers, error);
  }
  return answerText(core, actor, submitted, grant.readable === null, options);
}

function submissionOf(
  form: Form,
  body: Body,
  answers: Answers,
  request: FastifyRequest,
  counts: SubmissionCounts | null,
  { isPublic, draft, once }: SubmitOptions,
): Submission {
  const duration = body.submit_time ?? body.sumbit_time;
  const referer = isPublic ? (request.headers.referer ?? null) : null;
  return {
    input: answers.input,
    // Nobody outside can fill in what only the staff may.
    mayBeEmpty: ({ id }) => {
      const entry = form.byFieldId.get(id);
      return isPublic && entry !== undefined && (entry.isAdminOnly || entry.isReadOnly);
    },
    trace: {
      ...noTrace,
      code: draft ?? null,
      referer: referer === null ? null : referer.toWellFormed().slice(0, 2000),
      duration: typeof duration === 'string' ? readTime(duration) : null,
    },
    ...(isPublic || body.row_tags === undefined ? {} : { tags: readRowTags(form, body.row_tags) }),
    isPublic,
    ...(counts ?? { recordsMax: null, perAddressMax: null, address: addressOf(request) }),
    ...(once === undefined ? {} : { once }),
  };
}

/** Null where a form takes any number. */
function countsOf({ memory }: Form, request: FastifyRequest): SubmissionCounts | null {
  // A limit of nothing is none.
  const recordsMax = limitOf(memory.max_submit_count) || null;
  const perAddressMax = limitOf(memory.max_submit_per_ip_per_day) || null;
  return recordsMax === null && perAddressMax === null
    ? null
    : { recordsMax, perAddressMax, address: addressOf(request) };
}

/** A promise only where something beside the row has to be read. */
function answerText(
  core: Core,
  actor: Actor,
  { view, submission }: Submitted,
  isReadable: boolean,
  { isPublic }: SubmitOptions,
): string | Promise<string> {
  const whole = formOf(view.table);
  const form = isPublic ? publicForm(whole) : whole;
  const shapeWith = (context: RowContext): RowShape =>
    isPublic ? { form: markText(form), extra: `,${closingText(core, form, view, isReadable ? context : null)}` } : {};
  // A write-only key is told that its answers were taken, not what stands in the row.
  if (!isReadable)
    return renderRow(core, { ...form, answers: [] }, view.row, view.links, nothingBeside, shapeWith(nothingBeside));
  const render = (context: RowContext) => renderRow(core, form, view.row, view.links, context, shapeWith(context));
  if (isPlain(form) && submission === null) return render(nothingBeside);
  const context = rowContextOf(core, actor, form, [view.row], view.links);
  return context instanceof Promise ? context.then(render) : render(context);
}

const markText = perObject((form: Form) => JSON.stringify(formMark(form)));

/** What comes after the last page: a success page, or an address to go to. Mostly the same for every row. */
function closingText(core: Core, form: Form, { row, links }: RecordView, context: RowContext | null): string {
  if (form.memory.include_data_on_redirect !== true) return plainClosing(form);
  const sent = context === null ? {} : sentAnswers(form, row, links, context);
  return writeClosing(form, redirectionOf(core, form, recordId(row), sent));
}

const plainClosing = perObject((form: Form) => writeClosing(form, redirectTargetOf(form)));

function writeClosing(form: Form, target: string | null): string {
  const page = form.entries.find(({ kind }) => kind.name === 'success_page');
  const success =
    page === undefined
      ? null
      : { slug: page.slug, title: page.title, description: textOrNull(page.memory.description) ?? '' };
  const members = JSON.stringify({
    success_page: success,
    redirection_url: target,
    extra_response: null,
  });
  return members.slice(1, -1);
}

function redirectTargetOf({ memory }: Form): string | null {
  return textOrNull(memory.form_redirects_after_submit);
}

/** The answers of a row by slug, as its `data` shows them. */
export function sentAnswers(form: Form, row: StoredRow, links: Links, context: RowContext): Record<string, Json> {
  return JSON.parse(renderAnswers(form, row, links, context).data) as Record<string, Json>;
}

/** Browsers and servers take addresses of this length. */
const addressLengthMax = 4000;

/** Where the form sends who has submitted this record, with its answers by alias, or slug, where they are to go along. */
export function redirectionOf(
  core: Core,
  form: Form,
  id: number,
  answers: Readonly<Record<string, Json>>,
): string | null {
  const target = redirectTargetOf(form);
  if (target === null || form.memory.include_data_on_redirect !== true || !URL.canParse(target)) return target;
  const url = new URL(target);
  url.searchParams.set('row_slug', core.secrets.slugs.encode(form.table.number, id));
  url.searchParams.set('submit_code', core.secrets.submissionCodes.encode(form.table.number, id));
  for (const { slug, alias } of form.answers) {
    const answer = answers[slug] ?? null;
    if (answer === null) continue;
    const name = alias ?? slug;
    url.searchParams.set(name, typeof answer === 'string' ? answer : JSON.stringify(answer));
    if (url.href.length > addressLengthMax) url.searchParams.delete(name);
  }
  return url.href;
}
