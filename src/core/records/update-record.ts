import type { Actor, Core } from '../context.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { ChangeEntry } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { addNewChoices } from './add-new-choices.ts';
import type { StoredRow } from './query.ts';
import { type MayBeEmpty, type RecordInput, readInput, rebind } from './read-input.ts';
import type { RecordView } from './record-view.ts';
import { announce, currentTable, inWriteScope, updateWithDraft } from './write-record.ts';

export interface UpdateOptions {
  /** `merge` leaves fields that are not named as they are; `replace` sets them to their default. */
  readonly mode: 'merge' | 'replace';
  /** Refuses with precondition_failed when false for the record as it is at the moment of the write. */
  readonly ifMatch?: (row: StoredRow) => boolean;
  readonly once?: Once<RecordView>;
  readonly mayBeEmpty?: MayBeEmpty;
}

/**
 * Changes one record; resolves when the change is on disk.
 * @throws record_not_found, precondition_failed, value_invalid, value_required, value_not_unique, field_read_only, scope_missing
 */
export async function updateRecord(
  core: Core,
  actor: Actor,
  known: TableSchema,
  id: number,
  sent: RecordInput,
  options: UpdateOptions,
): Promise<RecordView> {
  const grant = requireVerb(actor, known, 'update');
  const table = await addNewChoices(core, known, [sent]);
  const [input] = await storeInlineFiles(core, actor, table, [table === known ? sent : rebind(sent, table)] as const);
  const draft = await readInput(table, input, options.mode, grant, '', options.mayBeEmpty);
  const changes: ChangeEntry[] = [];
  const result = await writeOnce(core, options.once, (tx) =>
    inWriteScope(core, actor, tx, changes, async (scope) => {
      const current = await currentTable(scope, table);
      if (current === table) return updateWithDraft(scope, table, id, draft, options.ifMatch);
      const again = await readInput(current, rebind(input, current), options.mode, grant, '', options.mayBeEmpty);
      return updateWithDraft(scope, current, id, again, options.ifMatch);
    }),
  );
  announce(core, changes);
  return result;
}
