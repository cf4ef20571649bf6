/**
 * Brings a restored database forward: applies the changes of records that a newer copy of the same database has logged, up
 * to a time. Tables, fields, keys and members are not in that log: they stay as they were in the backup.
 */
import { loadTable } from '../catalog.ts';
import { toIso } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Field, Json, Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { dropFileRefs, fileFieldsOf, moveFileRefs } from '../files/file-refs.ts';
import { type ChangeEntry, type DatabaseFacts, type Store, type Tx, UniqueViolation } from '../store.ts';
import type { ChangeRow, FieldRow } from '../system-rows.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';

export interface Replayed {
  readonly applied: number;
  /** Changes of tables that the backup does not have, by table id. */
  readonly unknownTables: ReadonlyMap<string, number>;
  /** Time of the last change that was applied; null when there was none. */
  readonly until: number | null;
}

export interface ReplayOptions {
  /** The restored database as it was in the backup. */
  readonly facts: DatabaseFacts;
  /** Changes after this time (milliseconds since 1970) are left out. */
  readonly until: number;
  /** Fields of the newer copy: records may have been given choices that the backup does not have. */
  readonly fields?: readonly Pick<FieldRow, 'id' | 'type' | 'options'>[];
  readonly onProgress?: (changes: number) => void;
}

interface Replay {
  readonly store: Store;
  readonly tables: Map<string, TableSchema | null>;
  readonly unknown: Map<string, number>;
  /** Fields that have another type in the newer copy: their values in the log may be of either. */
  readonly converted: ReadonlySet<string>;
  /** Users by the key that they acted with. */
  readonly userOfKey: Map<string, string | null>;
}

/** @throws body_invalid when the changes do not follow on the backup */
export async function replayChanges(
  store: Store,
  pieces: AsyncIterable<readonly ChangeRow[]>,
  { facts, until, fields = [], onProgress }: ReplayOptions,
): Promise<Replayed> {
  await addMissingChoices(store, fields);
  const converted = await convertedOf(store, fields);
  const replay: Replay = { store, tables: new Map(), unknown: new Map(), converted, userOfKey: new Map() };
  let last = facts.lastChange;
  let applied = 0;
  let lastAt: number | null = null;
  for await (const piece of pieces) {
    for (const { seq } of piece) {
      if (seq !== last + 1) throw gap(last + 1, seq);
      last = seq;
    }
    // The clock may have been set back: the order of the log counts, and nothing after the first that is too late.
    const tooLate = piece.findIndex(({ at }) => at > until);
    const wanted = tooLate === -1 ? piece : piece.slice(0, tooLate);
    await applyPiece(replay, wanted).catch(explained);
    applied += wanted.length;
    lastAt = wanted.at(-1)?.at ?? lastAt;
    onProgress?.(applied);
    if (tooLate !== -1) break;
  }
  return { applied: applied - sum(replay.unknown.values()), unknownTables: replay.unknown, until: lastAt };
}

async function convertedOf(store: Store, newer: readonly Pick<FieldRow, 'id' | 'type'>[]): Promise<Set<string>> {
  const types = new Map((await store.list('fields', {})).map(({ id, type }) => [id, type]));
  return new Set(newer.flatMap(({ id, type }) => (types.has(id) && types.get(id) !== type ? id : [])));
}

/** Can only be where tables were changed in between: the field was unique in the backup, and later no more. */
function explained(error: unknown): never {
  if (!(error instanceof UniqueViolation)) throw error;
  throw new AppError(
    'value_not_unique',
    `The log has one value twice in a field (column ${error.column}) whose values are unique in the backup; take a later backup.`,
    { cause: error },
  );
}

type Choice = { readonly id: string; readonly name: string };

async function addMissingChoices(store: Store, newer: readonly Pick<FieldRow, 'id' | 'options'>[]): Promise<void> {
  const choicesOf = ({ options }: Pick<FieldRow, 'options'>) =>
    Array.isArray(options.choices) ? (options.choices as unknown as Choice[]) : [];
  for (const field of newer) {
    const wanted = choicesOf(field);
    const row = wanted.length === 0 ? undefined : await store.find('fields', { id: field.id });
    if (row === undefined) continue;
    const known = choicesOf(row);
    const isTaken = ({ id, name }: Choice) => known.some((one) => one.id === id || one.name === name);
    const missing = wanted.filter((choice) => !isTaken(choice));
    if (missing.length === 0) continue;
    await store.write(async (tx) => {
      await tx.update(
        'fields',
        { id: row.id },
        { options: { ...row.options, choices: [...known, ...missing] } as FieldRow['options'] },
      );
      const table = await tx.find('tables', { id: row.table_id });
      if (table !== undefined) await tx.update('tables', { id: table.id }, { version: table.version + 1 });
    });
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const one of numbers) total += one;
  return total;
}

function gap(wanted: number, found: number): AppError {
  return new AppError(
    'body_invalid',
    `The log of changes does not follow on the backup: change ${wanted} should be next, and the next one is ${found}. ` +
      'Changes that have passed their life (TESSERA_KEEP_CHANGES_DAYS) cannot be replayed; take a later backup.',
  );
}

async function applyPiece(replay: Replay, changes: readonly ChangeRow[]): Promise<void> {
  if (changes.length === 0) return;
  for (const { table_id: tableId, actor } of changes) {
    if (!replay.tables.has(tableId)) replay.tables.set(tableId, (await loadTable(replay.store, tableId)) ?? null);
    if (!replay.userOfKey.has(actor)) replay.userOfKey.set(actor, await userOf(replay.store, actor));
  }
  await replay.store.write(async (tx) => {
    for (const change of changes) {
      const table = replay.tables.get(change.table_id) ?? null;
      if (table === null) replay.unknown.set(change.table_id, (replay.unknown.get(change.table_id) ?? 0) + 1);
      else await applyChange(replay, tx, table, change);
    }
    await tx.records.appendChanges(changes.map(entryOf));
  });
}

/** As the record's columns name who made or changed it. */
async function userOf(store: Store, actor: string): Promise<string | null> {
  const [, kind, id = ''] = /^(user|key):(.+)$/.exec(actor) ?? [];
  if (kind === 'user') return id;
  return kind === 'key' ? ((await store.find('keys', { id }))?.user_id ?? null) : null;
}

function entryOf(row: ChangeRow): ChangeEntry {
  const { app_id: appId, table_id: tableId, record_id: recordId, kind, actor, at, fields } = row;
  return { appId, tableId, recordId, kind, actor, at, fields };
}

async function applyChange(replay: Replay, tx: Tx, table: TableSchema, change: ChangeRow): Promise<void> {
  const { record_id: id, kind, at } = change;
  if (kind === 'delete') {
    const removed = await tx.records.remove(table, [id]);
    if (fileFieldsOf(table).length > 0) await dropFileRefs(tx, at, table, removed);
    return;
  }
  const by = replay.userOfKey.get(change.actor) ?? null;
  const before = kind === 'update' ? await tx.records.get(table, id) : undefined;
  const columns = columnsOf(replay, table, change);
  if (kind === 'create') {
    const row: Stored[] = [id, toIso(at), toIso(at), by, by];
    for (const name of table.columns.slice(systemColumns.length)) row.push(columns[name] ?? null);
    await tx.records.insertWithId(table, id, row);
  } else {
    await tx.records.update(table, id, columns, toIso(at), by);
  }
  for (const field of fileFieldsOf(table)) {
    if (!(field.column in columns)) continue;
    await moveFileRefs(tx, at, field, id, before?.[field.slot] ?? null, columns[field.column] ?? null);
  }
  for (const field of table.relations) await applyLinks(replay, tx, table, field, change);
}

/** Values by column; of fields that the backup does not have, or has in another type, nothing. */
function columnsOf({ converted }: Replay, table: TableSchema, { fields }: ChangeRow): Record<string, Stored> {
  const columns: Record<string, Stored> = {};
  for (const [fieldId, value] of Object.entries(fields)) {
    const field = table.fieldById.get(fieldId);
    if (converted.has(fieldId)) continue;
    if (field !== undefined && field.slot >= systemColumns.length && !Array.isArray(value)) {
      columns[field.column] = value as Stored;
    }
  }
  return columns;
}

async function applyLinks(
  replay: Replay,
  tx: Tx,
  table: TableSchema,
  field: Field,
  { record_id: id, fields }: ChangeRow,
): Promise<void> {
  const ids: Json | undefined = fields[field.id];
  if (!Array.isArray(ids) || fieldTypes[field.type].storage !== 'links') return;
  const targetId = String(field.options.target);
  const target = targetId === table.id ? table : (replay.tables.get(targetId) ?? (await loadTable(tx, targetId)));
  if (target === undefined || target === null) return;
  const missing = new Set(await tx.records.setLinks(field, target, id, ids as number[]));
  if (missing.size === 0) return;
  await tx.records.setLinks(
    field,
    target,
    id,
    (ids as number[]).filter((one) => !missing.has(one)),
  );
}
