/**
 * Removes files that no record has shown for a day, in small steps: uploads that nobody used or that a crash cut short,
 * files of deleted records, and those of deleted fields, tables and apps, whose references are let go here.
 */
import type { Core } from '../context.ts';
import { fieldTypes } from '../fields/index.ts';
import { noteDetached } from './file-refs.ts';
import { eraseFile, markRemoving } from './remove-file.ts';

/** How long a file may be shown by nobody: time for a client to use what it uploaded, and for a person to think again. */
const orphanLifeMs = 24 * 60 * 60 * 1000;

const filesPerStep = 100;
const refsPerStep = 500;
const fieldsPerRun = 1_000;

/** The collector: call it now and then. It remembers where it was, so that one call is short. */
export function createFileCollector(core: Core): () => Promise<void> {
  let afterField = '';
  return async () => {
    afterField = await releaseLostFields(core, afterField);
    await removeOrphans(core);
  };
}

/** Goes on from `after` through the fields that records show files in; answers where to go on. */
async function releaseLostFields(core: Core, after: string): Promise<string> {
  let fieldId = after;
  for (let seen = 0; seen < fieldsPerRun; seen += 1) {
    // The next field in the index, whatever the number of its records.
    const [next] = await core.store.list(
      'file_refs',
      { field_id: { gt: fieldId } },
      { orderBy: [['field_id', 'asc']], limit: 1 },
    );
    if (next === undefined) return '';
    fieldId = next.field_id;
    while (await releaseIfLost(core, fieldId));
  }
  return fieldId;
}

/** Lets go of some records of a field that is gone; true while there may be more. */
function releaseIfLost(core: Core, fieldId: string): Promise<boolean> {
  return core.store.write(async (tx) => {
    const field = await tx.find('fields', { id: fieldId });
    if (field !== undefined && fieldTypes[field.type].refersTo === 'files') return false;
    // What a table itself shows stands under the table's id.
    if (field === undefined && (await tx.find('tables', { id: fieldId })) !== undefined) return false;
    const refs = await tx.list('file_refs', { field_id: fieldId }, { limit: refsPerStep });
    const now = core.clock.now();
    for (const { record_id, file_id } of refs) {
      await tx.remove('file_refs', { field_id: fieldId, record_id, file_id });
      await noteDetached(tx, now, file_id);
    }
    return refs.length === refsPerStep;
  });
}

async function removeOrphans(core: Core): Promise<void> {
  for (;;) {
    const before = core.clock.now() - orphanLifeMs;
    const where = { detached_at: { lte: before } };
    const orphans = await core.store.list('files', where, { orderBy: [['detached_at', 'asc']], limit: filesPerStep });
    for (const { id } of orphans) {
      const isGoing = await core.store.write(async (tx) => {
        // As it is now: a record may have taken it since it was listed.
        const file = await tx.find('files', { id, ...where });
        return file !== undefined && markRemoving(tx, id);
      });
      if (isGoing) await eraseFile(core, id);
    }
    if (orphans.length < filesPerStep) return;
  }
}
