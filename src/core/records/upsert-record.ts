import type { Actor, Core } from '../context.ts';
import { valueRefused } from '../errors.ts';
import type { Field, Stored } from '../fields/field-type.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { ChangeEntry } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { addNewChoices } from './add-new-choices.ts';
import { type Draft, type RecordInput, readInput, rebind } from './read-input.ts';
import type { RecordView } from './record-view.ts';
import { announce, currentTable, insertDraft, inWriteScope, updateWithDraft, type WriteScope } from './write-record.ts';

export interface Upserted {
  readonly view: RecordView;
  readonly isCreated: boolean;
}

/**
 * Updates the record whose unique field `key` holds the value in the input, or creates one. One transaction: two callers
 * with the same value never make two records.
 * @throws value_invalid when the field is not unique or the input has no value for it, and what create and update throw
 */
export async function upsertRecord(
  core: Core,
  actor: Actor,
  known: TableSchema,
  key: Field,
  sent: RecordInput,
  once?: Once<Upserted>,
): Promise<Upserted> {
  const grant = requireVerb(actor, known, 'create');
  requireVerb(actor, known, 'update');
  const table = await addNewChoices(core, known, [sent]);
  const [input] = await storeInlineFiles(core, actor, table, [table === known ? sent : rebind(sent, table)] as const);
  const draft = await readInput(table, input, 'merge', grant);
  // Drafts are kept by field, and a table that has grown choices has other fields of the same ids.
  keyValue(table.fieldById.get(key.id) ?? key, draft);
  const changes: ChangeEntry[] = [];
  const result = await writeOnce(core, once, (tx) =>
    inWriteScope(core, actor, tx, changes, async (scope) => {
      const current = await currentTable(scope, table);
      const currentKey = current.fieldById.get(key.id) ?? key;
      const bound = current === table ? input : rebind(input, current);
      const merge = current === table ? draft : await readInput(current, bound, 'merge', grant);
      const id = await scope.tx.records.findUnique(current, currentKey, keyValue(currentKey, merge));
      if (id !== undefined) return { view: await updateWithDraft(scope, current, id, merge), isCreated: false };
      return insert(scope, current, await readInput(current, bound, 'create', grant));
    }),
  );
  announce(core, changes);
  return result;
}

async function insert(scope: WriteScope, table: TableSchema, draft: Draft): Promise<Upserted> {
  return { view: await insertDraft(scope, table, draft), isCreated: true };
}

/** The stored value that identifies the record. */
export function keyValue(key: Field, draft: Draft): Stored {
  if (!key.isUnique) throw valueRefused(key.name, 'must be a unique field to be matched on', 'parameter_invalid');
  const value = draft.stored.get(key);
  if (value === undefined || value === null)
    throw valueRefused(key.name, 'must have a value to match on', 'value_required');
  return value;
}
