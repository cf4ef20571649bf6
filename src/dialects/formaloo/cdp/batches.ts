/** Many customers or activities at once. The work is done when the answer is sent; the batch can be asked for afterwards. */
import type { Actor, Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import type { Json } from '../../../core/fields/field-type.ts';
import { isPlainObject } from '../../../core/fields/plain-json.ts';
import { isNothing } from '../../../core/import/source-table.ts';
import { unwrapped } from '../attributes.ts';
import { refused } from '../read-attributes.ts';
import type { Body } from '../read-body.ts';
import { SentFile } from '../sent-file.ts';
import { storedSource } from '../stored-source.ts';
import { createActivity } from './activities.ts';
import { saveCustomer } from './customers.ts';
import { type CdpRecord, create, get, idOfSlug, recordOf } from './records.ts';
import { cdpTableOf, ensureTable, findTable } from './tables.ts';

export type BatchKind = 'customer' | 'activity';

const itemsMax = 10_000;
/** Items under way at once: writes of the same moment share the way to the disk. */
const width = 50;
const errorsMax = 100;

/** One bad item stops no other; the batch says which were refused and why. @throws body_invalid, batch_too_large */
export async function runBatch(core: Core, actor: Actor, kind: BatchKind, body: Body): Promise<CdpRecord> {
  const name = kind === 'customer' ? 'customers_data' : 'activities_data';
  const { file } = body;
  const items = file instanceof SentFile ? await itemsIn(core, file) : unwrapped(body[name]);
  if (!Array.isArray(items)) throw refused(name, items === undefined ? 'is required' : 'must be a list');
  if (items.length > itemsMax) throw new AppError('batch_too_large', `A batch holds at most ${itemsMax} items.`);
  const errors: Record<string, Json> = {};
  let imported = 0;
  const work = async (item: unknown, index: number) => {
    try {
      if (!isPlainObject(item)) throw refused(String(index), 'must be an object');
      if (kind === 'customer') await saveCustomer(core, actor, item);
      else await createActivity(core, actor, item);
      imported += 1;
    } catch (error) {
      // Only what is wrong with the item itself: faults of the server and missing rights end the batch.
      if (!(error instanceof AppError) || error.issues.length === 0) throw error;
      if (Object.keys(errors).length < errorsMax) errors[String(index)] = error.message;
    }
  };
  for (let at = 0; at < items.length; at += width) {
    await Promise.all((items as readonly unknown[]).slice(at, at + width).map((item, index) => work(item, at + index)));
  }
  const own = await ensureTable(core, actor, 'batches');
  const { row, table } = await create(core, actor, own, {
    kind,
    status: imported < items.length && imported === 0 ? 'failed' : 'imported',
    import_results: { imported_count: imported, total_count: items.length, failed_count: items.length - imported },
    error_log: errors,
  });
  return batchView(recordOf(core, cdpTableOf(table), row));
}

/** The rows of a CSV file or spreadsheet as objects by its first row; empty cells are left out. @throws body_invalid, batch_too_large */
async function itemsIn(core: Core, file: SentFile): Promise<Record<string, Json>[]> {
  const { openSourceTable } = await import('../../../core/import/open-source.ts');
  const { columns, rows } = await openSourceTable(await storedSource(core, file));
  const items: Record<string, Json>[] = [];
  for await (const chunk of rows()) {
    for (const { cells } of chunk) {
      const pairs = columns.flatMap((column, at): [string, Json][] => {
        const cell = cells[at];
        return cell === undefined || isNothing(cell) ? [] : [[column.trim(), cell]];
      });
      items.push(Object.fromEntries(pairs));
    }
    if (items.length > itemsMax) break;
  }
  return items;
}

/** @throws record_not_found */
export async function getBatch(core: Core, actor: Actor, kind: BatchKind, slug: string): Promise<CdpRecord> {
  const own = await findTable(core, actor, 'batches');
  if (own === undefined) throw new AppError('record_not_found');
  const { row } = await get(core, actor, own, idOfSlug(core, own, slug));
  const record = recordOf(core, own, row);
  if (record.kind !== kind) throw new AppError('record_not_found');
  return batchView(record);
}

function batchView({
  slug = null,
  status = null,
  import_results = {},
  error_log = {},
  created_at = null,
}: CdpRecord): CdpRecord {
  return {
    slug,
    status,
    file: null,
    file_type: 'json',
    import_results,
    // Anything in it is a failure to one client, which then looks for a file of errors.
    error_log: error_log ?? {},
    error_log_file: null,
    imported_at: created_at,
    created_at,
  };
}
