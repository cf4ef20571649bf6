import type { Actor, Core } from '../context.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
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
  const [input] = await storeInlineFiles(core, actor, known, [sent] as const);
  return writeAgainst(
    core,
    actor,
    known,
    [input],
    once,
    (current) => readInput(current, rebind(input, current), 'create', grant),
    insertDraft,
  );
}
