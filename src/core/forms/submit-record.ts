import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import { type MayBeEmpty, type RecordInput, readInput, rebind } from '../records/read-input.ts';
import { type RecordView, recordId } from '../records/record-view.ts';
import { writeAgainst } from '../records/write-against.ts';
import { insertDraft, type WriteScope } from '../records/write-record.ts';
import type { Reads } from '../store.ts';
import type { SubmissionRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { setRecordTags } from './record-tags.ts';
import { noteTrace } from './traces.ts';

/** What is kept beside the record. Nothing is written where all of it is empty. */
export type SubmissionTrace = Omit<SubmissionRow, 'table_id' | 'record_id' | 'at' | 'address'>;

export const noTrace: SubmissionTrace = { code: null, referer: null, duration: null, origin: null };

/** How much a form takes. */
export interface SubmissionCounts {
  /** Records that the table may hold; null: any number. */
  readonly recordsMax: number | null;
  /** Submissions that one address may send in 24 hours; null: any number, and no address is kept. */
  readonly perAddressMax: number | null;
  /** Network address of the sender. */
  readonly address: string;
}

export interface Submission extends SubmissionCounts {
  readonly input: RecordInput;
  readonly mayBeEmpty?: MayBeEmpty;
  readonly trace: SubmissionTrace;
  /** Tags that the record begins with. */
  readonly tags?: readonly string[];
  /** Sent by the public through the form, and told to webhooks as such; otherwise made by the form's staff. */
  readonly isPublic: boolean;
  /** What is sent again under its key is the same submission: then `Replay` is thrown. */
  readonly once?: Once<Submitted>;
}

export interface Submitted {
  readonly view: RecordView;
  /** Null where nothing was kept beside the record. */
  readonly submission: SubmissionRow | null;
}

const dayMs = 86_400_000;

/**
 * Creates a record from a form, within the form's counts: they are checked in the same transaction, so that two senders never
 * share the last place. A draft that it was is gone with it.
 * @throws form_closed, and what createRecord throws
 */
export async function submitRecord(
  core: Core,
  actor: Actor,
  known: TableSchema,
  submission: Submission,
): Promise<Submitted> {
  const grant = requireVerb(actor, known, 'create');
  const [input] = await storeInlineFiles(core, actor, known, [submission.input] as const);
  return writeAgainst(
    core,
    actor,
    known,
    [input],
    submission.once,
    (table) => readInput(table, rebind(input, table), 'create', grant, '', submission.mayBeEmpty),
    async (scope, table, draft) => {
      if (hasCounts(submission)) await checkCounts(scope.tx, table, submission, scope.now);
      const view = await insertDraft({ ...scope, isSubmission: submission.isPublic }, table, draft);
      const id = recordId(view.row);
      if (submission.tags !== undefined) await setRecordTags(scope.tx, table.id, id, submission.tags);
      return { view, submission: isKept(submission) ? await keepTrace(scope, table, id, submission) : null };
    },
  );
}

function hasCounts({ recordsMax, perAddressMax }: SubmissionCounts): boolean {
  return recordsMax !== null || perAddressMax !== null;
}

/** Whether the form takes one more: asked before its answers are looked at, and again with the write. @throws form_closed */
export async function checkCounts(
  reads: Reads,
  table: TableSchema,
  { recordsMax, perAddressMax, address }: SubmissionCounts,
  now: number,
): Promise<void> {
  if (recordsMax !== null && (await reads.records.count(table)) >= recordsMax) {
    throw new AppError('form_closed', 'This form has reached its number of submissions.');
  }
  if (perAddressMax === null) return;
  const sent = await reads.count('submissions', { table_id: table.id, address, at: { gt: now - dayMs } });
  if (sent >= perAddressMax) {
    throw new AppError('form_closed', 'You have reached the number of submissions that this form takes in a day.');
  }
}

/** Whether anything is written down beside the record. */
function isKept({ trace: { code, referer, duration, origin }, perAddressMax }: Submission): boolean {
  return code !== null || referer !== null || duration !== null || origin !== null || perAddressMax !== null;
}

async function keepTrace(
  { core, tx, now }: WriteScope,
  table: TableSchema,
  id: number,
  { trace, perAddressMax, address }: Submission,
): Promise<SubmissionRow> {
  const { code } = trace;
  // Somebody else who holds the code has submitted it meanwhile.
  if (code !== null && (await tx.remove('submission_drafts', { code })) === 0) throw new AppError('record_not_found');
  const row: SubmissionRow = {
    table_id: table.id,
    record_id: id,
    ...trace,
    address: perAddressMax === null ? null : address,
    at: now,
  };
  noteTrace(core, table.id);
  await tx.insert('submissions', row);
  return row;
}
