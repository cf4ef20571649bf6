import type { Actor, Core } from '../context.ts';
import { storeInlineFiles } from '../files/inline-files.ts';
import type { Once } from '../once.ts';
import { requireVerb } from '../permit.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import type { StoredRow } from './query.ts';
import { type MayBeEmpty, type RecordInput, readInput, rebind } from './read-input.ts';
import type { RecordView } from './record-view.ts';
import { writeAgainst } from './write-against.ts';
import { updateWithDraft } from './write-record.ts';

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
  const [input] = await storeInlineFiles(core, actor, known, [sent] as const);
  return writeAgainst(
    core,
    actor,
    known,
    [input],
    options.once,
    (current) => readInput(current, rebind(input, current), options.mode, grant, '', options.mayBeEmpty),
    (scope, current, draft) => updateWithDraft(scope, current, id, draft, options.ifMatch),
  );
}
