/**
 * Answers that were begun and are kept under a code until they are submitted (wire/formaloo.md §6). A draft is no row yet: other
 * dialects do not see it, and nothing asks for its required fields.
 */
import { toIso } from '../../core/clock.ts';
import type { Actor, Core } from '../../core/context.ts';
import { AppError, type Issue } from '../../core/errors.ts';
import type { Json, Stored } from '../../core/fields/field-type.ts';
import { saveDraft } from '../../core/forms/save-draft.ts';
import { requireVerb } from '../../core/permit.ts';
import { draftOf, throwIssues } from '../../core/records/read-input.ts';
import { noLinks } from '../../core/records/record-view.ts';
import type { SubmissionDraftRow } from '../../core/system-rows.ts';
import type { FormFinder } from './find-form.ts';
import { type Form, publicForm } from './form.ts';
import { type Answers, namingKeys, readAnswers } from './read-answers.ts';
import type { Body } from './read-body.ts';
import { renderRow } from './render-row.ts';
import { nothingBeside } from './row-context.ts';
import { SentFile } from './sent-file.ts';

export interface OpenDraft {
  readonly form: Form;
  readonly draft: SubmissionDraftRow;
}

/** @throws record_not_found also for drafts of forms that the actor cannot see */
export async function findDraft(core: Core, actor: Actor, forms: FormFinder, code: string): Promise<OpenDraft> {
  const draft = await core.store.find('submission_drafts', { code });
  const table = draft === undefined ? undefined : await core.catalog.table(draft.table_id);
  if (draft === undefined || table === undefined || table.appId !== actor.appId) throw new AppError('record_not_found');
  const form = await forms.byNumber(actor, table.number);
  if (form === undefined) throw new AppError('record_not_found');
  return { form, draft };
}

/** When the answers of a draft were begun. */
export function begunAt({ begun_at: begun, created_at: created }: SubmissionDraftRow): number {
  return begun ?? created;
}

export interface KeptWith {
  readonly referer?: string | null;
  /** The draft that is gone on with. */
  readonly known?: SubmissionDraftRow | undefined;
  /** When the answers were begun; without: now. */
  readonly begunAt?: number | undefined;
}

/** Keeps what was sent so far; with a code, on top of what is there. Answers the draft as a row in JSON text. */
export async function keepDraft(
  core: Core,
  actor: Actor,
  form: Form,
  body: Body,
  { referer = null, known, begunAt: begun }: KeptWith,
): Promise<string> {
  const grant = requireVerb(actor, form.table, known === undefined ? 'create' : 'update');
  const answers = await readAnswers(core, form, body, { isPublic: true });
  await namingKeys(answers, async () => {
    const issues: Issue[] = [...answers.issues];
    draftOf(form.table, answers.input, 'merge', { ...grant, writable: null }, '', issues, () => true);
    throwIssues(issues);
  });
  const sent = Object.fromEntries([...answers.sent].map(([id, value]) => [id, plain(value)]));
  const draft = await saveDraft(core, actor, form.table, {
    code: known?.code ?? null,
    answers: { ...known?.answers, ...sent },
    referer,
    ...(begun === undefined ? {} : { begunAt: begun }),
  });
  return renderDraft(core, form, draft);
}

/** As JSON can hold it. */
function plain(value: unknown): Json {
  if (value instanceof SentFile) return { file_slug: value.id, url: value.url };
  if (Array.isArray(value)) return value.map(plain);
  return (value ?? null) as Json;
}

/** The body that submits a draft: its answers by slug, and on top of them what is sent now. */
export async function withDraft(core: Core, form: Form, draft: SubmissionDraftRow, body: Body): Promise<Body> {
  const now: Answers = await readAnswers(core, form, body, { isPublic: true });
  const bySlug: Record<string, unknown> = {};
  for (const [id, value] of [...Object.entries(draft.answers), ...now.sent]) {
    const slug = form.byFieldId.get(id)?.slug;
    if (slug !== undefined) bySlug[slug] = value;
  }
  const { submit_time, sumbit_time, recaptcha_value } = body;
  return { ...bySlug, submit_time, sumbit_time, recaptcha_value };
}

/** Drafts are rendered as the rows that they would become. */
export async function renderDraft(core: Core, form: Form, draft: SubmissionDraftRow): Promise<string> {
  const body: Record<string, unknown> = {};
  for (const [id, value] of Object.entries(draft.answers)) {
    const slug = form.byFieldId.get(id)?.slug;
    if (slug !== undefined) body[slug] = value;
  }
  const answers = await readAnswers(core, form, body, { isPublic: true });
  const grant = { verbs: 255, readable: null, writable: null };
  const { stored } = draftOf(form.table, answers.input, 'merge', grant, '', [], () => true);
  const row: Stored[] = new Array(form.table.columns.length).fill(null);
  row.splice(0, 5, 0, toIso(draft.created_at), toIso(draft.updated_at), null, null);
  for (const [field, value] of stored) row[field.slot] = value;
  return renderRow(core, publicForm(form), row, noLinks, nothingBeside, { draft: draft.code });
}
