import type { Actor, Core } from '../context.ts';
import { type Issue, valueRefused } from '../errors.ts';
import type { Field, Stored } from '../fields/field-type.ts';
import { shownRow } from '../files/file-links.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import type { Grant } from '../keys/scopes.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { findUnchanged } from './find-unchanged.ts';
import { type Draft, draftOf, type RecordInput, readInput, rebind, throwIssues } from './read-input.ts';
import { type RecordView, viewOf } from './record-view.ts';
import { writeAgainst } from './write-against.ts';
import { insertDraft, updateWithDraft } from './write-record.ts';

export interface Upserted {
  readonly view: RecordView;
  readonly isCreated: boolean;
  /** False: the record was as it should be, and nothing was written. */
  readonly isWritten: boolean;
}

export interface UpsertOptions {
  readonly once?: Once<Upserted> | undefined;
  /** A record that the change would leave as it is is not written. */
  readonly skipsUnchanged?: boolean;
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
  { once, skipsUnchanged = false }: UpsertOptions = {},
): Promise<Upserted> {
  const grant = requireVerb(actor, known, 'create');
  requireVerb(actor, known, 'update');
  const [input] = await storeInlineFiles(core, actor, known, [sent] as const);
  return writeAgainst(
    core,
    actor,
    known,
    [input],
    once,
    async (current) => {
      const bound = rebind(input, current);
      const merge = await readInput(current, bound, 'merge', grant);
      // Fields are compared by identity, and a table that has grown choices has other fields of the same ids.
      const field = current.fieldById.get(key.id) ?? key;
      return { field, value: keyValue(field, merge), merge, bound };
    },
    async (scope, current, { field, value, merge, bound }) => {
      const id = await scope.tx.records.findUnique(current, field, value);
      if (id !== undefined) {
        const row = skipsUnchanged ? await findUnchanged(scope, current, id, merge) : null;
        if (row === null) return { view: await updateWithDraft(scope, current, id, merge), ...updated };
        return {
          view: await viewOf(scope.tx, current, shownRow(core, current, row)),
          isCreated: false,
          isWritten: false,
        };
      }
      // What creating asks for beyond changing (defaults, required fields) is known only now; hashes are made already.
      const create = createFrom(current, bound, merge, grant);
      return { view: await insertDraft(scope, current, create), isCreated: true, isWritten: true };
    },
  );
}

const updated = { isCreated: false, isWritten: true } as const;

/** The draft of a new record, with what was prepared slowly taken from the draft of the change. */
function createFrom(table: TableSchema, input: RecordInput, merge: Draft, grant: Grant): Draft {
  const issues: Issue[] = [];
  const draft = draftOf(table, input, 'create', grant, '', issues);
  throwIssues(issues);
  return { ...draft, stored: new Map([...draft.stored, ...merge.stored]) };
}

/** The stored value that identifies the record. */
function keyValue(key: Field, draft: Draft): Stored {
  if (!key.isUnique) throw valueRefused(key.name, 'must be a unique field to be matched on', 'parameter_invalid');
  const value = draft.stored.get(key);
  if (value === undefined || value === null)
    throw valueRefused(key.name, 'must have a value to match on', 'value_required');
  return value;
}
