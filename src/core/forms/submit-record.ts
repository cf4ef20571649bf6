import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireVerb } from '../permit.ts';
import { addNewChoices } from '../records/add-new-choices.ts';
import { type MayBeEmpty, type RecordInput, readInput, rebind } from '../records/read-input.ts';
import { type RecordView, recordId } from '../records/record-view.ts';
import { announce, currentTable, insertDraft, inWriteScope, type WriteScope } from '../records/write-record.ts';
import type { ChangeEntry } from '../store.ts';
import type { SubmissionRow } from '../system-rows.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { setRecordTags } from './record-tags.ts';

/** What is kept beside the record. Nothing is written where all of it is empty. */
export type SubmissionTrace = Omit<SubmissionRow, 'table_id' | 'record_id' | 'at' | 'address'>;

export const noTrace: SubmissionTrace = { code: null, referer: null, duration: null, origin: null };

export interface Submission {
  readonly input: RecordInput;
  readonly mayBeEmpty?: MayBeEmpty;
  readonly trace: SubmissionTrace;
  /** Tags that the record begins with. */
  readonly tags?: readonly string[];
  /** Records that the table may hold; null: any number. */
  readonly recordsMax: number | null;
  /** Submissions that one address may send in 24 hours; null: any number, and no address is kept. */
  readonly perAddressMax: number | null;
  /** Sent by the public through the form, and told to webhooks as such; otherwise made by the form's staff. */
  readonly isPublic: boolean;
  /** Network address of the sender. */
  readonly address: string;
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
  const table = await addNewChoices(core, known, [submission.input]);
  const input = table === known ? submission.input : rebind(submission.input, table);
  const read = (of: TableSchema, bound: RecordInput) =>
    readInput(of, bound, 'create', grant, '', submission.mayBeEmpty);
  const draft = await read(table, input);
  const changes: ChangeEntry[] = [];
  const result = await core.store.write((tx) =>
    inWriteScope(core, actor, tx, changes, async (scope) => {
      const current = await currentTable(scope, table);
      const own = current === table ? draft : await read(current, rebind(input, current));
      await checkCounts(scope, current, submission);
      const view = await insertDraft({ ...scope, isSubmission: submission.isPublic }, current, own);
      if (submission.tags !== undefined) await setRecordTags(tx, current.id, recordId(view.row), submission.tags);
      return { view, submission: await keepTrace(scope, current, recordId(view.row), submission) };
    }),
  );
  announce(core, changes);
  return result;
}

async function checkCounts(
  { tx, now }: WriteScope,
  table: TableSchema,
  { recordsMax, perAddressMax, address }: Submission,
): Promise<void> {
  if (recordsMax !== null && (await tx.records.count(table)) >= recordsMax) {
    throw new AppError('form_closed', 'This form has reached its number of submissions.');
  }
  if (perAddressMax === null) return;
  const sent = await tx.count('submissions', { table_id: table.id, address, at: { gt: now - dayMs } });
  if (sent >= perAddressMax) {
    throw new AppError('form_closed', 'You have reached the number of submissions that this form takes in a day.');
  }
}

async function keepTrace(
  { tx, now }: WriteScope,
  table: TableSchema,
  id: number,
  { trace, perAddressMax, address }: Submission,
): Promise<SubmissionRow | null> {
  const { code, referer, duration, origin } = trace;
  // Somebody else who holds the code has submitted it meanwhile.
  if (code !== null && (await tx.remove('submission_drafts', { code })) === 0) throw new AppError('record_not_found');
  const isEmpty = code === null && referer === null && duration === null && origin === null;
  if (isEmpty && perAddressMax === null) return null;
  const row: SubmissionRow = {
    table_id: table.id,
    record_id: id,
    ...trace,
    address: perAddressMax === null ? null : address,
    at: now,
  };
  await tx.insert('submissions', row);
  return row;
}
