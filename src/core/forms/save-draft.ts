import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Json } from '../fields/field-type.ts';
import { randomLowerAlphanumeric } from '../ids.ts';
import { requireVerb } from '../permit.ts';
import type { SubmissionDraftRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { submissionCodeLength } from './submission-code.ts';

export interface DraftInput {
  /** Null: a new draft under a new code. */
  readonly code: string | null;
  /** Answers as they were sent, by field id; they replace what was there. */
  readonly answers: Readonly<Record<string, Json>>;
  readonly referer: string | null;
  /** When the answers were begun, where that was before now; of a known draft what was noted first stays. */
  readonly begunAt?: number;
}

const answersLengthMax = 1_000_000;

/** Keeps answers that are not submitted yet. Who holds the code may go on with them. @throws record_not_found, body_too_large */
export async function saveDraft(
  core: Core,
  actor: Actor,
  table: TableSchema,
  { code, answers, referer, begunAt }: DraftInput,
): Promise<SubmissionDraftRow> {
  requireVerb(actor, table, code === null ? 'create' : 'update');
  if (JSON.stringify(answers).length > answersLengthMax) throw new AppError('body_too_large');
  const now = core.clock.now();
  return core.store.write(async (tx) => {
    if (code === null) {
      const made = randomLowerAlphanumeric(submissionCodeLength);
      const draft = {
        code: made,
        table_id: table.id,
        answers,
        referer,
        created_at: now,
        updated_at: now,
        begun_at: begunAt ?? null,
      };
      await tx.insert('submission_drafts', draft);
      return draft;
    }
    const known = await tx.find('submission_drafts', { code, table_id: table.id });
    if (known === undefined) throw new AppError('record_not_found');
    await tx.update('submission_drafts', { code }, { answers, updated_at: now });
    return { ...known, answers, updated_at: now };
  });
}
