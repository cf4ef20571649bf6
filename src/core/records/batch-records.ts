import type { Actor, Core } from '../context.ts';
import { AppError, type Issue } from '../errors.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { findUnchanged } from './find-unchanged.ts';
import { insertDrafts, namedItem, namingItem } from './insert-drafts.ts';
import { type Draft, draftOf, prepareDraft, type RecordInput, rebind, throwIssues } from './read-input.ts';
import type { RecordView } from './record-view.ts';
import { writeAgainst } from './write-against.ts';
import { removeRecords, updateWithDraft, type WriteScope } from './write-record.ts';

/** Items that one batch may hold, all kinds together. */
export const batchItemsMax = 1000;

export interface Batch {
  readonly create: readonly RecordInput[];
  readonly update: readonly { readonly id: number; readonly input: RecordInput }[];
  readonly delete: readonly number[];
  /** Records to change or delete that do not exist are left out instead of refused. */
  readonly skipsMissing?: boolean;
  /** Records that a change would leave as they are are not written, and not among those that were updated. */
  readonly skipsUnchanged?: boolean;
}

export interface BatchResult {
  readonly created: readonly RecordView[];
  readonly updated: readonly RecordView[];
  readonly deleted: readonly number[];
}

interface Drafts {
  readonly create: readonly Draft[];
  readonly update: readonly { readonly id: number; readonly draft: Draft }[];
}

/**
 * Creates, updates and deletes in one transaction: all or nothing, in that order. When items are refused the error is
 * batch_failed with an issue per problem, its path naming the item (`create[3].Name`).
 */
export async function batchRecords(
  core: Core,
  actor: Actor,
  known: TableSchema,
  sent: Batch,
  once?: Once<BatchResult>,
): Promise<BatchResult> {
  const items = sent.create.length + sent.update.length + sent.delete.length;
  if (items > batchItemsMax) {
    throw new AppError('batch_too_large', `A batch holds at most ${batchItemsMax} items; this one has ${items}.`);
  }
  if (sent.create.length > 0) requireVerb(actor, known, 'create');
  if (sent.update.length > 0) requireVerb(actor, known, 'update');
  if (sent.delete.length > 0) requireVerb(actor, known, 'delete');
  const batch = await withStoredFiles(core, actor, known, sent);
  return writeAgainst(
    core,
    actor,
    known,
    [...batch.create, ...batch.update.map(({ input }) => input)],
    once,
    (current) => readBatch(actor, current, batch),
    (scope, current, drafts) => applyBatch(scope, current, batch, drafts),
  );
}

/** The batch with the files that it carries uploaded; the batch itself when it carries none. */
async function withStoredFiles(core: Core, actor: Actor, table: TableSchema, batch: Batch): Promise<Batch> {
  const create = await storeInlineFiles(core, actor, table, batch.create);
  const updates = batch.update.map(({ input }) => input);
  const inputs = await storeInlineFiles(core, actor, table, updates);
  if (create === batch.create && inputs === updates) return batch;
  return { ...batch, create, update: batch.update.map((item, at) => ({ ...item, input: inputs[at] ?? item.input })) };
}

async function readBatch(actor: Actor, table: TableSchema, batch: Batch): Promise<Drafts> {
  const grant = actor.grant(table);
  const issues: Issue[] = [];
  const create = batch.create.map((input, index) =>
    draftOf(table, rebind(input, table), 'create', grant, `create[${index}].`, issues),
  );
  const update = batch.update.map(({ id, input }, index) => ({
    id,
    draft: draftOf(table, rebind(input, table), 'merge', grant, `update[${index}].`, issues),
  }));
  throwIssues(issues, 'batch_failed');
  for (const draft of create) await prepareDraft(draft);
  for (const { draft } of update) await prepareDraft(draft);
  return { create, update };
}

async function applyBatch(scope: WriteScope, table: TableSchema, batch: Batch, drafts: Drafts): Promise<BatchResult> {
  const created = await insertDrafts(scope, table, drafts.create);
  const updated: RecordView[] = [];
  for (const [index, { id, draft }] of drafts.update.entries()) {
    if (batch.skipsUnchanged === true && (await findUnchanged(scope, table, id, draft)) !== null) continue;
    const path = `update[${index}]`;
    const update = updateWithDraft(scope, table, id, draft, undefined, `${path}.`);
    const view = await (batch.skipsMissing === true ? update.catch(skippingMissing) : update).catch(namingItem(path));
    if (view !== null) updated.push(view);
  }
  const deleted = await removeRecords(scope, table, batch.delete);
  if (batch.skipsMissing !== true && deleted.length < new Set(batch.delete).size) {
    const gone = new Set(deleted);
    const index = batch.delete.findIndex((id) => !gone.has(id));
    throw namedItem(new AppError('record_not_found'), `delete[${index}]`);
  }
  return { created, updated, deleted };
}

/** A record that is not there is found out before anything is written. */
function skippingMissing(error: unknown): null {
  if (error instanceof AppError && error.code === 'record_not_found') return null;
  throw error;
}
