/**
 * The one place where records change: create, merge, replace and delete inside a transaction, with links, references,
 * uniqueness and the changes log. Every write path (single, batch, upsert, import, dialects) ends here.
 */

import { toIso } from '../clock.ts';
import type { Actor, Core } from '../context.ts';
import { AppError, type Issue } from '../errors.ts';
import type { Field, Json, Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { checkFiles } from '../files/check-files.ts';
import { shownRow } from '../files/file-links.ts';
import { dropFileRefs, fileFieldsOf, moveFileRefs } from '../files/file-refs.ts';
import { dropSubmissions } from '../forms/drop-submissions.ts';
import { noteOrigins } from '../forms/note-origins.ts';
import { perObject } from '../per-object.ts';
import { dropDevicesOf } from '../push/drop-devices.ts';
import { type ChangeEntry, type Tx, UniqueViolation } from '../store.ts';
import { systemColumns, type TableSchema } from '../tables/table-schema.ts';
import { queueChange, readRemoved, webhooksOn } from '../webhooks/queue-record-events.ts';
import type { StoredRow } from './query.ts';
import type { Draft } from './read-input.ts';
import { noLinks, type RecordView, updatedAt, viewOf } from './record-view.ts';

/** Collects the changes of one transaction; they are logged at its end and announced when it is on disk. */
export interface WriteScope {
  readonly core: Core;
  readonly actor: Actor;
  readonly tx: Tx;
  readonly now: number;
  readonly changes: ChangeEntry[];
  /** What is created comes from a form. */
  readonly isSubmission?: boolean;
}

/**
 * Runs `work` with a scope, logs its changes in the same transaction and returns its result. Call `announce` with the
 * same entries once the write has resolved.
 */
export async function inWriteScope<T>(
  core: Core,
  actor: Actor,
  tx: Tx,
  changes: ChangeEntry[],
  work: (scope: WriteScope) => Promise<T>,
): Promise<T> {
  const result = await work({ core, actor, tx, now: core.clock.now(), changes });
  if (changes.length > 0) await tx.records.appendChanges(changes);
  return result;
}

/** Tells listeners about changes that are on disk. */
export function announce(core: Core, changes: readonly ChangeEntry[]): void {
  if (changes.length > 0) core.events.emit('records.changed', changes);
}

/**
 * The table as this transaction sees it; the caller re-reads its input when it is not the one it knows. A promise only where
 * that is not known at once.
 */
export function currentTable(scope: WriteScope, known: TableSchema): TableSchema | Promise<TableSchema> {
  return scope.core.catalog.isCurrent(known) ? known : findCurrent(scope, known);
}

async function findCurrent(scope: WriteScope, known: TableSchema): Promise<TableSchema> {
  const table = await scope.core.catalog.tableIn(scope.tx, known);
  if (table === undefined) throw new AppError('table_not_found');
  return table;
}

/** Inserts one record. `path` prefixes field names in refusals (`create[3].`). */
export async function insertDraft(scope: WriteScope, table: TableSchema, draft: Draft, path = ''): Promise<RecordView> {
  const { tx, actor } = scope;
  if (hasPeople(table)) await checkUsers(scope, table, draft, path);
  const files = fileFieldsOf(table);
  if (files.length > 0) await checkFiles(scope, table, draft, null, path);
  const at = toIso(scope.now);
  const columns: Stored[] = new Array(table.columns.length - systemColumns.length).fill(null);
  for (const [field, value] of draft.stored) columns[field.slot - systemColumns.length] = value;
  let ids: readonly number[];
  try {
    ids = await tx.records.insert(table, [columns], at, actor.userId);
  } catch (error) {
    return namingField(table, path)(error);
  }
  const [id] = ids;
  if (id === undefined) throw new AppError('internal_error', undefined, { internal: 'insert returned no id' });
  if (actor.origin !== undefined) await noteOrigins(scope.core, tx, table.id, [id], actor.origin, scope.now);
  if (draft.links.size > 0) await writeLinks(scope, table, id, draft, path);
  for (const field of files) await moveFileRefs(tx, scope.now, field, id, null, draft.stored.get(field) ?? null);
  scope.changes.push(entry(scope, table, id, 'create', draft));
  let row: StoredRow = [id, at, at, actor.userId, actor.userId, ...columns];
  if (table.formulas.length > 0) row = (await tx.records.get(table, id)) ?? row;
  const shown = shownRow(scope.core, table, row);
  const view = table.relations.length === 0 ? { table, row: shown, links: noLinks } : await viewOf(tx, table, shown);
  const hooks = webhooksOn(scope, table);
  if (hooks !== null) await queueChange(scope, table, hooks, { kind: 'create', row, links: view.links, changed: [] });
  return view;
}

/**
 * Writes the draft over the record; fields that the draft does not name stay. `ifMatch` is compared with the version of the
 * record as this transaction sees it.
 */
export async function updateWithDraft(
  scope: WriteScope,
  table: TableSchema,
  id: number,
  draft: Draft,
  ifMatch?: (row: StoredRow) => boolean,
  path = '',
): Promise<RecordView> {
  const { tx, actor } = scope;
  const row = await tx.records.get(table, id);
  if (row === undefined) throw new AppError('record_not_found');
  if (ifMatch !== undefined && !ifMatch(row)) throw new AppError('precondition_failed');
  if (hasPeople(table)) await checkUsers(scope, table, draft, path);
  const files = fileFieldsOf(table);
  if (files.length > 0) await checkFiles(scope, table, draft, id, path);
  const columns: Record<string, Stored> = {};
  let next: Stored[] = [...row];
  for (const [field, value] of draft.stored) {
    columns[field.column] = value;
    next[field.slot] = value;
  }
  // Two updates in one millisecond still get two versions: `updated_at` only grows.
  const at = toIso(Math.max(scope.now, Date.parse(updatedAt(row)) + 1));
  next[2] = at;
  next[4] = actor.userId;
  await tx.records.update(table, id, columns, at, actor.userId).catch(namingField(table, path));
  if (draft.links.size > 0) await writeLinks(scope, table, id, draft, path);
  for (const field of files) {
    if (!draft.stored.has(field)) continue;
    await moveFileRefs(tx, scope.now, field, id, row[field.slot] ?? null, next[field.slot] ?? null);
  }
  scope.changes.push(entry(scope, table, id, 'update', draft));
  if (table.formulas.length > 0) next = [...((await tx.records.get(table, id)) ?? next)];
  const shown = shownRow(scope.core, table, next);
  const view = table.relations.length === 0 ? { table, row: shown, links: noLinks } : await viewOf(tx, table, shown);
  const hooks = webhooksOn(scope, table);
  if (hooks !== null) {
    const changed = [...draft.stored.keys()].filter(({ slot }) => row[slot] !== next[slot]);
    changed.push(...draft.links.keys());
    for (const { field } of table.formulas) if (row[field.slot] !== next[field.slot]) changed.push(field);
    await queueChange(scope, table, hooks, { kind: 'update', row: next, links: view.links, changed });
  }
  return view;
}

/** Removes records with all links to and from them; answers the ids that existed. */
export async function removeRecords(scope: WriteScope, table: TableSchema, ids: readonly number[]): Promise<number[]> {
  const hooks = webhooksOn(scope, table);
  const queueRemoved = hooks === null ? null : await readRemoved(scope, table, hooks, ids);
  const removed = await scope.tx.records.remove(table, ids);
  await queueRemoved?.(removed);
  if (table.role === 'users') await dropDevicesOf(scope.tx, table.id, removed);
  if (fileFieldsOf(table).length > 0) await dropFileRefs(scope.tx, scope.now, table, removed);
  await dropSubmissions(scope.tx, table.id, removed);
  for (const id of removed) scope.changes.push(entry(scope, table, id, 'delete'));
  return removed;
}

/** What the changes log says about one record. */
export function entry(
  scope: WriteScope,
  table: TableSchema,
  id: number,
  kind: ChangeEntry['kind'],
  draft?: Draft,
): ChangeEntry {
  const fields: Record<string, Json> = {};
  if (draft !== undefined) {
    for (const [field, value] of draft.stored) {
      // The log is read by many: what never leaves the server never gets there, not even hashed.
      if (!fieldTypes[field.type].isHidden && (kind === 'update' || value !== null)) fields[field.id] = value;
    }
    for (const [field, ids] of draft.links) if (kind === 'update' || ids.length > 0) fields[field.id] = [...ids];
  }
  return { appId: table.appId, tableId: table.id, recordId: id, kind, actor: scope.actor.label, at: scope.now, fields };
}

async function writeLinks(
  scope: WriteScope,
  table: TableSchema,
  id: number,
  draft: Draft,
  path: string,
): Promise<void> {
  for (const [field, targets] of draft.links) {
    const target = await targetTable(scope, table, field);
    const missing = await scope.tx.records.setLinks(field, target, id, targets);
    if (missing.length > 0) {
      const message = `there is no record ${missing.slice(0, 5).join(', ')} in ${target.name}`;
      throw refused(field, path, message);
    }
  }
}

async function targetTable(scope: WriteScope, table: TableSchema, field: Field): Promise<TableSchema> {
  const targetId = String(field.options.target);
  if (targetId === table.id) return table;
  const known = scope.core.catalog.tableNow(targetId) ?? (await scope.core.catalog.table(targetId));
  const target = known === undefined ? undefined : await scope.core.catalog.tableIn(scope.tx, known);
  if (target === undefined)
    throw new AppError('internal_error', undefined, { internal: `relation ${field.id} without target` });
  return target;
}

const hasPeople = perObject((table: TableSchema) =>
  table.fields.some(({ type }) => fieldTypes[type].refersTo === 'users'),
);

/** Values of `user` fields must name members of the workspace; an e-mail address is resolved to its id. */
async function checkUsers(scope: WriteScope, table: TableSchema, draft: Draft, path: string): Promise<void> {
  for (const [field, value] of draft.stored) {
    if (fieldTypes[field.type].refersTo !== 'users' || value === null) continue;
    const text = String(value);
    const user = await scope.tx.find('users', text.includes('@') ? { email: text.toLowerCase() } : { id: text });
    const membership =
      user && (await scope.tx.find('memberships', { workspace_id: table.workspaceId, user_id: user.id }));
    if (user === undefined || membership === undefined) throw refused(field, path, 'must be a member of the workspace');
    (draft.stored as Map<Field, Stored>).set(field, user.id);
  }
}

function refused(field: Field, path: string, message: string, code: Issue['code'] = 'value_invalid'): AppError {
  const name = path + field.name;
  return new AppError(code, `${name}: ${message}`, { issues: [{ field: name, code, message, fieldId: field.id }] });
}

/** Turns a unique index's refusal into one that names the field. */
export function namingField(table: TableSchema, path: string) {
  return (error: unknown): never => {
    if (error instanceof UniqueViolation) {
      const field = table.fields.find((one) => one.column === error.column);
      if (field !== undefined) throw refused(field, path, 'is already used by another record', 'value_not_unique');
    }
    throw error;
  };
}
