import type { Actor, Core } from '../context.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import { type Once, writeOnce } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { ChangeEntry } from '../store.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { addNewChoices } from './add-new-choices.ts';
import { type RecordInput, readInput, rebind } from './read-input.ts';
import type { RecordView } from './record-view.ts';
import { announce, currentTable, insertDraft, inWriteScope } from './write-record.ts';

/**
 * Creates one record; resolves when it is on disk. Fields left out get their default.
 * @throws value_invalid, value_required, value_not_unique, field_read_only, scope_missing
 */
export async function createRecord(
  core: Core,
  actor: Actor,
  known: TableSchema,
  sent: RecordInput,
  once?: Once<RecordView>,
): Promise<RecordView> {
  const grant = requireVerb(actor, known, 'create');
  const table = await addNewChoices(core, known, [sent]);
  const [input] = await storeInlineFiles(core, actor, table, [table === known ? sent : rebind(sent, table)] as const);
  const draft = await readInput(table, input, 'create', grant);
  const changes: ChangeEntry[] = [];
  const result = await writeOnce(core, once, (tx) =>
    inWriteScope(core, actor, tx, changes, async (scope) => {
      const current = await currentTable(scope, table);
      if (current === table) return insertDraft(scope, table, draft);
      return insertDraft(scope, current, await readInput(current, rebind(input, current), 'create', grant));
    }),
  );
  announce(core, changes);
  return result;
}
