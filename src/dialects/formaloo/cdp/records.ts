/** Records of the tables behind customers and activities: read and written by key. */
import type { Actor, Core } from '../../../core/context.ts';
import { AppError, type Issue } from '../../../core/errors.ts';
import type { Field, Json } from '../../../core/fields/field-type.ts';
import { createRecord } from '../../../core/records/create-record.ts';
import { deleteRecords } from '../../../core/records/delete-records.ts';
import { getRecords } from '../../../core/records/get-records.ts';
import { countRecords, listRecords } from '../../../core/records/list-records.ts';
import type { Filter, StoredRow } from '../../../core/records/query.ts';
import type { RecordInput } from '../../../core/records/read-input.ts';
import { createdAt, type Links, type RecordView, recordId, updatedAt } from '../../../core/records/record-view.ts';
import { readValueOf } from '../../../core/records/row-values.ts';
import { systemField } from '../../../core/records/system-fields.ts';
import { updateRecord } from '../../../core/records/update-record.ts';
import { microseconds } from '../instants.ts';
import type { PageQuery } from '../pages.ts';
import { type CdpTable, cdpTableOf } from './tables.ts';

/** Values by key, with slug and times. */
export type CdpRecord = Record<string, Json>;

/** Shows one row; relations are left to who knows what they mean. */
export function recordOf(core: Core, { table, fields }: CdpTable, row: StoredRow): CdpRecord {
  const record: CdpRecord = { slug: core.secrets.slugs.encode(table.number, recordId(row)) };
  for (const [key, field] of fields) {
    if (field.slot < 0) continue;
    const stored = row[field.slot] ?? null;
    const read = readValueOf(field);
    record[key] = stored === null || read === null ? stored : read(stored);
  }
  record.created_at = microseconds(createdAt(row));
  record.updated_at = microseconds(updatedAt(row));
  return record;
}

/** The values that were sent for fields of the table; what is no field of it is ignored. */
function inputOf({ fields }: CdpTable, values: Readonly<Record<string, unknown>>): RecordInput {
  const input: [Field, unknown][] = [];
  for (const [key, field] of fields) if (values[key] !== undefined) input.push([field, values[key]]);
  return input;
}

export async function create(
  core: Core,
  actor: Actor,
  own: CdpTable,
  values: Readonly<Record<string, unknown>>,
): Promise<RecordView> {
  return namingKeys(own, () => createRecord(core, actor, own.table, inputOf(own, values)));
}

export async function update(
  core: Core,
  actor: Actor,
  own: CdpTable,
  id: number,
  values: Readonly<Record<string, unknown>>,
): Promise<RecordView> {
  return namingKeys(own, () => updateRecord(core, actor, own.table, id, inputOf(own, values), { mode: 'merge' }));
}

/** Refusals name fields of the table; clients sent keys. */
async function namingKeys<T>({ fields }: CdpTable, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof AppError) || error.issues.length === 0) throw error;
    const keys = new Map([...fields].map(([key, field]) => [field.id, key]));
    const issues = error.issues.map(
      (issue): Issue => ({ ...issue, field: keys.get(issue.fieldId ?? '') ?? issue.field }),
    );
    throw new AppError(error.code, error.message, { issues });
  }
}

/** @throws record_not_found */
export function idOfSlug(core: Core, { table }: CdpTable, slug: string): number {
  const id = core.secrets.slugs.decodeIn(table.number, slug);
  if (id === null) throw new AppError('record_not_found');
  return id;
}

/** @throws record_not_found */
export async function get(core: Core, actor: Actor, { table }: CdpTable, id: number) {
  const { rows, links } = await getRecords(core, actor, table, [id]);
  const [row] = rows;
  if (row === undefined) throw new AppError('record_not_found');
  return { row, links };
}

/** @throws record_not_found */
export async function remove(core: Core, actor: Actor, { table }: CdpTable, id: number): Promise<void> {
  if ((await deleteRecords(core, actor, table, [id])).length === 0) throw new AppError('record_not_found');
}

export interface CdpPage {
  readonly count: number;
  readonly rows: readonly StoredRow[];
  readonly links: Links;
}

/** Newest first. */
export async function list(
  core: Core,
  actor: Actor,
  { table }: CdpTable,
  filter: Filter | undefined,
  { page, size, isWhole }: PageQuery,
): Promise<CdpPage> {
  const field = systemField('id');
  const count = await countRecords(core, actor, table, filter);
  const limit = isWhole ? rowsMax : size;
  const { rows, links } = await listRecords(core, actor, table, {
    ...(filter === undefined ? {} : { filter }),
    ...(field === undefined ? {} : { sort: [{ field, direction: 'desc' }] }),
    limit,
    ...(page > 1 && !isWhole ? { start: { offset: (page - 1) * limit } } : {}),
  });
  return { count, rows, links };
}

/** Rows of one answer at most, where all of them were asked for. */
const rowsMax = 10_000;

/** The first record whose field of this key has the value. */
export async function findBy(
  core: Core,
  own: CdpTable,
  key: string,
  value: string,
): Promise<{ readonly own: CdpTable; readonly id: number } | undefined> {
  const field = own.fields.get(key);
  if (field === undefined) return undefined;
  const [row] = await core.store.records.page(own.table, { filter: { op: 'eq', field, value }, limit: 1 });
  return row === undefined ? undefined : { own: cdpTableOf(own.table), id: recordId(row) };
}
