import type { Actor, Core } from '../context.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { addNewChoices } from './add-new-choices.ts';
import { type RecordInput, readInput, rebind } from './read-input.ts';
import type { RecordView } from './record-view.ts';
import { writeAgainst } from './write-against.ts';
import { insertDraft } from './write-record.ts';

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
  return writeAgainst(
    core,
    actor,
    table,
    once,
    (current) => readInput(current, rebind(input, current), 'create', grant),
    insertDraft,
  );
}
