/** A form that was sent from its page: the same submission as through the API, with what went wrong told on the page. */
import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../../core/context.ts';
import { AppError, type Issue } from '../../../core/errors.ts';
import type { Submitted } from '../../../core/forms/submit-record.ts';
import { Replay } from '../../../core/once.ts';
import { requireVerb } from '../../../core/permit.ts';
import { recordId } from '../../../core/records/record-view.ts';
import type { SubmissionDraftRow } from '../../../core/system-rows.ts';
import { begunAt, keepDraft } from '../drafts.ts';
import { renderError } from '../errors.ts';
import type { Form } from '../form.ts';
import { checkOpen, checkTime } from '../gate.ts';
import { namingKeys, readAnswers, refuseWrong } from '../read-answers.ts';
import type { Body } from '../read-body.ts';
import { type SubmitOptions, submitForm } from '../submit.ts';
import { own } from './form-page.ts';
import { answersOf } from './page-answers.ts';
import type { Question } from './questions.ts';
import type { Sent } from './read-sent.ts';
import { readToken, type Token } from './token.ts';

export interface Refused {
  readonly status: number;
  readonly errors: ReadonlyMap<string, string>;
  readonly general: readonly string[];
}

export type Outcome =
  | { readonly type: 'submitted'; readonly id: number }
  | { readonly type: 'kept'; readonly draft: string }
  /** Filled in by a program: it is told that all went well. */
  | { readonly type: 'trapped' }
  /** Begun too long ago: nothing that is on the page can be sent any more. */
  | { readonly type: 'late'; readonly message: string }
  | ({ readonly type: 'refused'; readonly begun: number | null } & Refused);

export async function submitPage(
  core: Core,
  actor: Actor,
  form: Form,
  questions: readonly Question[],
  sent: Sent,
  request: FastifyRequest,
  arrivedAt: number,
): Promise<Outcome> {
  const first = (name: string) => sent.values.get(name)?.[0];
  if ((first(own.trap) ?? '') !== '') return { type: 'trapped' };
  const token = readToken(core, form, first(own.token));
  const draft = await draftOfPage(core, form, first(own.draft));
  const begun = begunOf(token, draft);
  const late = lateness(form, begun, arrivedAt);
  if (late !== null) return { type: 'late', message: late };
  try {
    const body = await answersOf(core, form, questions, sent);
    if (first(own.action) === 'draft' && form.memory.accept_draft_answers === true) {
      checkOpen(form, { recaptcha_value: 'asked for when it is submitted' }, core.clock.now());
      const row = await keepDraft(core, actor, form, body, {
        referer: request.headers.referer ?? null,
        known: draft,
        begunAt: begun ?? undefined,
      });
      return { type: 'kept', draft: (JSON.parse(row) as { readonly submit_code: string }).submit_code };
    }
    await refuseFiles(core, actor, form, body, sent);
    const row = await submitForm(core, actor, form, body, request, {
      isPublic: true,
      ...(draft === undefined ? {} : { draft: draft.code }),
      ...(token === null ? {} : { once: onceOf(form, token.text, sent) }),
    });
    return { type: 'submitted', id: (JSON.parse(row) as { readonly id: number }).id };
  } catch (error) {
    if (error instanceof Replay) return { type: 'submitted', id: Number(error.answer.body) };
    if (!(error instanceof AppError)) throw error;
    const refused = refusedOf(error, request);
    if (refused.status >= 500) throw error;
    return { type: 'refused', begun, ...refused };
  }
}

/** When answers were begun, drafts included; null where the page does not say. */
export function begunOf(token: Token | null, draft: SubmissionDraftRow | undefined): number | null {
  const times = [...(token === null ? [] : [token.openedAt]), ...(draft === undefined ? [] : [begunAt(draft)])];
  return times.length === 0 ? null : Math.min(...times);
}

/** Why what was begun then cannot be submitted at this moment; null: it can. */
export function lateness(form: Form, begun: number | null, now: number): string | null {
  try {
    checkTime(form, begun, now);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** The same answers under one token are kept once; other answers under it are another submission of who went back. */
function onceOf({ table }: Form, token: string, { fingerprint }: Sent): NonNullable<SubmitOptions['once']> {
  return {
    subject: `form/${table.id}`,
    key: `${token}/${fingerprint}`,
    fingerprint,
    answer: ({ view }: Submitted) => ({ status: 303, body: String(recordId(view.row)) }),
  };
}

async function draftOfPage(
  core: Core,
  { table }: Form,
  code: string | undefined,
): Promise<SubmissionDraftRow | undefined> {
  return code === undefined || code === ''
    ? undefined
    : core.store.find('submission_drafts', { code, table_id: table.id });
}

/** Files that were not taken are told together with whatever else is wrong. */
async function refuseFiles(core: Core, actor: Actor, form: Form, body: Body, { refused }: Sent): Promise<void> {
  if (refused.size === 0) return;
  const answers = await readAnswers(core, form, body, { isPublic: true });
  const issues = [...refused].map(([slug, message]): Issue => {
    const field = form.bySlug.get(slug)?.field;
    return { field: field?.name ?? slug, fieldId: field?.id ?? '', code: 'value_invalid', message };
  });
  const grant = requireVerb(actor, form.table, 'create');
  await namingKeys(answers, async () => {
    const named = new Set(issues.map(({ fieldId }) => fieldId));
    refuseWrong({ ...answers, issues: [...answers.issues, ...issues] }, form, 'create', grant, ({ id }) => {
      const entry = form.byFieldId.get(id);
      // Of a file that was refused it is not also said that it is missing.
      return named.has(id) || entry?.isAdminOnly === true || entry?.isReadOnly === true;
    });
  });
}

/** Refusals as lists of choices see them make no sense to who saw the choices. */
const plainer = new Map([
  ['Must be the slug of one of its choices.', 'Choose one of the answers.'],
  ['Must be a list of slugs of its choices.', 'Choose one of the answers.'],
  ['Must be a slug from its list of choices.', 'Choose a place from the list.'],
]);

interface ErrorBody {
  readonly errors: {
    readonly general_errors: readonly string[];
    readonly form_errors: Readonly<Record<string, readonly string[]>>;
  };
}

/** What the API would answer, by question. */
export function refusedOf(error: AppError, request: FastifyRequest): Refused {
  const { status, body } = renderError(error, request);
  const { general_errors: general, form_errors: byKey } = (JSON.parse(body) as ErrorBody).errors;
  const errors = Object.entries(byKey).map(
    ([slug, texts]) => [slug, texts.map((text) => plainer.get(text) ?? text).join(' ')] as const,
  );
  return { status, errors: new Map(errors), general };
}
