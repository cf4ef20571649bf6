/** Adds one table to an app inside a transaction: its row, its physical table, its fields, its first records. */
import { appendAudit } from '../audit/append-audit.ts';
import { toTableSchema } from '../catalog.ts';
import { type Actor, type Core, systemActor } from '../context.ts';
import { AppError } from '../errors.ts';
import { addField, type FieldInput } from '../fields/add-field.ts';
import type { Json } from '../fields/field-type.ts';
import { formulaLanguage } from '../formulas/load-language.ts';
import { newId } from '../ids.ts';
import { checkDescription, checkName } from '../names.ts';
import { readInput } from '../records/read-input.ts';
import { insertDraft, inWriteScope } from '../records/write-record.ts';
import type { ChangeEntry, Tx } from '../store.ts';
import type { AppRow, TableRow } from '../system-rows.ts';
import type { Touch } from './change-schema.ts';
import type { TableSchema } from './table-schema.ts';
import { takeUsersRole } from './take-users-role.ts';

export interface TableInput {
  /** Or made from a number: how many tables the app ever had, this one included; counted on while the name is taken. */
  readonly name: string | ((number: number) => string);
  readonly description?: string | null;
  /** `users`: its records are the app's users; one table of an app at most. */
  readonly role?: 'users' | null;
  readonly fields?: readonly FieldInput[];
  /** Records that it begins with, holding the defaults of their fields and nothing else. */
  readonly emptyRecords?: number;
  readonly foreign?: Readonly<Record<string, Json>>;
}

/** Where a table is added, and the log of what is written with it; `announce` the changes once they are on disk. */
export interface TableSite {
  readonly core: Core;
  readonly actor: Actor;
  readonly tx: Tx;
  readonly touch: Touch;
  readonly now: number;
  readonly changes: ChangeEntry[];
}

/** @throws name_taken, name_invalid, and what `addField` throws */
export async function addTable(site: TableSite, app: AppRow, input: TableInput): Promise<TableSchema> {
  const { core, actor, tx, touch, now } = site;
  const id = newId();
  const siblings = await tx.list('tables', { app_id: app.id });
  const names = new Set(siblings.map((one) => one.name));
  // Counted for every table, so that a number never comes back when its table is deleted.
  const number = await tx.nextNumber(`tables of ${app.id}`);
  const name = nameOf(input.name, number, names);
  if (names.has(name)) throw new AppError('name_taken', `The app already has a table "${name}".`);
  if (input.role === 'users') await takeUsersRole(tx, touch, app.id, id);
  const row: TableRow = {
    id,
    number: await tx.nextNumber('table'),
    app_id: app.id,
    name,
    description: checkDescription(input.description ?? null),
    role: input.role ?? null,
    position: siblings.reduce((most, one) => Math.max(most, one.position), -1) + 1,
    version: 1,
    foreign: input.foreign ?? {},
    created_by: actor.userId,
    created_at: now,
    updated_at: now,
  };
  await tx.insert('tables', row);
  await tx.schema.createTable(toTableSchema(row, app.workspace_id, []));
  await addFields(site, id, input.fields ?? []);
  await appendAudit(tx, core, actor, {
    action: 'table.create',
    target: id,
    workspaceId: app.workspace_id,
    appId: app.id,
    detail: { name },
  });
  await touch(id);
  // What came with the table is no later change of it.
  await tx.update('tables', { id }, { updated_at: now });
  const table = await touch(id);
  await addEmptyRecords(site, table, input.emptyRecords ?? 0);
  return table;
}

/** Formulas come after what they read, wherever they stand: a table can be made anew from what it shows. */
async function addFields(
  { tx, touch, now, actor }: TableSite,
  id: string,
  fields: readonly FieldInput[],
): Promise<void> {
  const placed = fields.map((field, index) => ({ field, path: `fields[${index}].`, index }));
  const formulas = new Map(
    placed.flatMap((one) => (one.field.type === 'formula' ? [[one.field.name, one] as const] : [])),
  );
  const add = ({ field, path, index }: (typeof placed)[number]) => {
    const input = formulas.size === 0 ? field : { ...field, position: field.position ?? index };
    return addField(tx, touch, id, input, now, actor, path);
  };
  for (const one of placed) if (one.field.type !== 'formula') await add(one);
  const begun = new Set<FieldInput>();
  const addAfterItsOwn = async (one: (typeof placed)[number]): Promise<void> => {
    if (begun.has(one.field)) return;
    begun.add(one.field);
    const { expression } = one.field.options ?? {};
    for (const name of typeof expression === 'string' ? formulaLanguage().namesIn(expression) : []) {
      const needed = formulas.get(name);
      if (needed !== undefined) await addAfterItsOwn(needed);
    }
    await add(one);
  };
  for (const one of placed) if (one.field.type === 'formula') await addAfterItsOwn(one);
}

function nameOf(name: TableInput['name'], number: number, taken: ReadonlySet<string>): string {
  if (typeof name === 'string') return checkName(name);
  for (let next = number; ; next += 1) {
    const made = checkName(name(next));
    if (!taken.has(made)) return made;
  }
}

async function addEmptyRecords(site: TableSite, table: TableSchema, count: number): Promise<void> {
  if (count === 0) return;
  const { core, actor, tx } = site;
  const draft = await readInput(table, [], 'create', systemActor.grant(table));
  const changes: ChangeEntry[] = [];
  await inWriteScope(core, actor, tx, changes, async (scope) => {
    for (let made = 0; made < count; made += 1) await insertDraft({ ...scope, now: site.now }, table, draft);
  });
  site.changes.push(...changes);
}
