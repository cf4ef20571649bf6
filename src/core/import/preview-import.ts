/**
 * What an import would do, row by row, with nothing written: which rows would make a record, change one, leave one as it is,
 * or be refused. What only a write can tell is not asked: whether linked records, members and files exist.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor, Core } from '../context.ts';
import { type Field, type Json, Refusal, type Stored } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { isEmpty, storedToJson, validateOptions } from '../fields/parse-value.ts';
import { openTable } from '../permit.ts';
import { choiceGrowth } from '../records/add-new-choices.ts';
import { readableBy } from '../records/find-unchanged.ts';
import type { StoredRow } from '../records/query.ts';
import { type Links, linksOf, noLinks, recordId } from '../records/record-view.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { comparable, findByUnique } from './match-unique.ts';
import { type ColumnPlan, type ImportPlan, shapeOf } from './plan-import.ts';
import { readyValues } from './row-values.ts';
import type { RefusedRow } from './run-import.ts';
import { type SourceRow, textOfCell } from './source-table.ts';

export interface ImportPreview {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
  /** The first of them, a problem each. */
  readonly problems: readonly RefusedRow[];
  /** The first values that would change. */
  readonly changes: readonly ValueChange[];
}

export interface ValueChange {
  readonly line: number;
  readonly recordId: number;
  readonly field: string;
  readonly old: Json;
  readonly new: Json;
}

const examplesMax = 20;
/** Values that are looked at for coming twice, in all columns together: what is noted of them takes memory. */
const valuesSeenMax = 1_000_000;

interface PreviewColumn {
  readonly plan: ColumnPlan;
  readonly field: Field;
  /** Whether the table has the field already. */
  readonly isThere: boolean;
  /** Values of the rows so far, each with the row or, where there is a key, the record that has it. */
  readonly seen: Map<Stored, Stored>;
}

/** Closes the plan's content. @throws what `rows` of it throws */
export async function previewImport(
  core: Core,
  actor: Actor,
  plan: ImportPlan,
  onProgress?: (rows: number) => void,
): Promise<ImportPreview> {
  try {
    const preview = createPreview(core, actor, plan, await tableOf(core, actor, plan));
    let rows = 0;
    for await (const chunk of plan.content.rows()) {
      await preview.look(chunk);
      rows += chunk.length;
      onProgress?.(rows);
      await nextTurn();
    }
    return { rows, ...preview.result() };
  } finally {
    plan.content.close();
  }
}

async function tableOf(core: Core, actor: Actor, { table }: ImportPlan): Promise<TableSchema | null> {
  return table === null ? null : openTable(core, actor, table.id);
}

/** What is known of one row on the way. */
interface Looked {
  readonly row: SourceRow;
  /** By column; null: left as it is. */
  readonly values: (Json | undefined)[];
  readonly problems: { field: string; reason: string }[];
  recordId: number | undefined;
  /** What tells the record: the value of the key, otherwise the row. */
  owner: Stored;
}

function createPreview(core: Core, actor: Actor, plan: ImportPlan, known: TableSchema | null) {
  let table = known;
  const columns = plan.columns.map((column): PreviewColumn => {
    const field = table?.fieldByName.get(column.name);
    return { plan: column, field: field ?? fieldToBe(column), isThere: field !== undefined, seen: new Map() };
  });
  const shape = shapeOf(plan);
  const keyAt = plan.columns.findIndex(({ name }) => name === plan.key);
  /** What a unique field holds may be in the row's own record, which the key finds. */
  const keyFirst = [...columns.keys()].sort((a, b) => Number(b === keyAt) - Number(a === keyAt));
  const grant = known === null ? null : actor.grant(known);
  const mayRead = grant === null ? () => false : readableBy(grant);
  const mayShow = ({ field, isThere }: PreviewColumn) => isThere && mayRead(field) && !fieldTypes[field.type].isHidden;
  const counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  const problems: RefusedRow[] = [];
  /** Of the piece under way. */
  let untold: RefusedRow[] = [];
  const changes: ValueChange[] = [];
  let valuesSeen = 0;

  const fieldAt = (at: number): Field => {
    const { field } = columns[at] as PreviewColumn;
    return table?.fieldById.get(field.id) ?? field;
  };

  /** Choices that the rows bring count as if they had been added. */
  function grow(rows: readonly (readonly (Json | undefined)[])[]): void {
    if (table === null) return;
    const inputs = rows.map((values) => values.map((value, at) => [fieldAt(at), value] as const));
    table = choiceGrowth(table, inputs)?.table ?? table;
  }

  function parse(row: SourceRow, sent: readonly (Json | undefined)[]): Looked {
    const looked: Looked = { row, values: [], problems: [], recordId: undefined, owner: row.line };
    for (const at of columns.keys()) {
      const value = sent[at];
      const field = fieldAt(at);
      const parsed = value === undefined ? undefined : fieldTypes[field.type].parse(value, field);
      if (!(parsed instanceof Refusal)) looked.values.push(parsed);
      else {
        looked.values.push(undefined);
        looked.problems.push({ field: field.name, reason: parsed.message });
      }
    }
    return looked;
  }

  /** Records of the rows, by the key or, in other unique fields, those that would be in the way. */
  async function findRecords(rows: readonly Looked[]): Promise<void> {
    for (const at of keyFirst) {
      const column = columns[at] as PreviewColumn;
      const field = fieldAt(at);
      if (!field.isUnique) continue;
      const stored = rows.map(({ values }) => storedOf(field, values[at]));
      const found =
        column.isThere && table !== null ? await findByUnique(core, table, field, stored) : new Map<number, number>();
      for (const [index, looked] of rows.entries()) {
        const value = stored[index] ?? null;
        if (value === null) continue;
        if (at === keyAt) {
          looked.owner = comparable(field, value);
          // The first of two rows makes the record that the second changes.
          const isMade = ownerOf(column, looked.owner, looked.owner) !== undefined;
          looked.recordId = found.get(index) ?? (isMade ? 0 : undefined);
          continue;
        }
        const owner = ownerOf(column, comparable(field, value), looked.owner) ?? looked.owner;
        if (owner !== looked.owner || (found.has(index) && found.get(index) !== looked.recordId)) {
          looked.problems.push({ field: field.name, reason: 'is already used by another record' });
        }
      }
    }
  }

  /** Who had the value before; it is noted as that of `next` otherwise. */
  function ownerOf({ seen }: PreviewColumn, value: Stored, next: Stored): Stored | undefined {
    const owner = seen.get(value);
    if (owner === undefined && valuesSeen < valuesSeenMax) {
      seen.set(value, next);
      valuesSeen += 1;
    }
    return owner;
  }

  function checkRequired({ values, problems: found, recordId: id }: Looked): void {
    for (const field of table?.fields ?? []) {
      if (!field.isRequired) continue;
      const at = columns.findIndex(({ field: one }) => one.id === field.id);
      const value = at === -1 ? undefined : values[at];
      const isMissing = value === undefined ? id === undefined && isEmpty(field.defaultValue) : isEmpty(value);
      if (isMissing && !found.some((problem) => problem.field === field.name)) {
        found.push({ field: field.name, reason: 'must have a value' });
      }
    }
  }

  function refuse({ line, cells }: SourceRow, found: readonly { field: string; reason: string }[]): void {
    counts.refused += 1;
    if (problems.length >= examplesMax) return;
    for (const { field, reason } of found) untold.push({ line, field, reason, cells: cells.map(textOfCell) });
  }

  function compare({ row, values }: Looked, record: StoredRow, links: Links): boolean {
    let isChanged = false;
    for (const [at, column] of columns.entries()) {
      const value = values[at];
      if (value === undefined || !column.isThere) {
        isChanged ||= value !== undefined && !isEmpty(value);
        continue;
      }
      const field = fieldAt(at);
      const old = shownValue(field, record, links);
      if (mayRead(field) && isSame(field, old, value)) continue;
      isChanged = true;
      if (changes.length < examplesMax && mayShow(column)) {
        changes.push({ line: row.line, recordId: recordId(record), field: field.name, old, new: value });
      }
    }
    return isChanged;
  }

  return {
    async look(chunk: readonly SourceRow[]): Promise<void> {
      const ready: { row: SourceRow; sent: readonly (Json | undefined)[] }[] = [];
      for (const row of chunk) {
        const sent = readyValues(shape, row);
        if ('reason' in sent) refuse(row, [sent]);
        else ready.push({ row, sent });
      }
      grow(ready.map(({ sent }) => sent));
      const looked = ready.map(({ row, sent }) => parse(row, sent));
      await findRecords(looked);
      const ids = looked.flatMap(({ recordId: id }) => id || []);
      const rows = table === null || ids.length === 0 ? [] : await core.store.records.getMany(table, ids);
      const rowById = new Map(rows.map((row) => [recordId(row), row]));
      const relations = columns.flatMap(({ field }) => (fieldTypes[field.type].storage === 'links' ? field : []));
      const links = rows.length === 0 ? noLinks : await linksOf(core.store, relations, rows);
      for (const one of looked) {
        checkRequired(one);
        const record = rowById.get(one.recordId ?? 0);
        if (one.problems.length > 0) refuse(one.row, one.problems);
        else if (one.recordId === undefined) counts.created += 1;
        else if (record === undefined || compare(one, record, links)) counts.updated += 1;
        else counts.unchanged += 1;
      }
      problems.push(...untold.sort((a, b) => a.line - b.line).slice(0, examplesMax - problems.length));
      untold = [];
    },
    result: () => ({ ...counts, problems, changes }),
  };
}

/** The field that a column would get. */
function fieldToBe({ name, type, newField }: ColumnPlan): Field {
  return {
    id: '',
    tableId: '',
    name,
    type,
    options: validateOptions(type, newField?.options ?? {}),
    isRequired: false,
    isUnique: newField?.unique === true,
    isIndexed: false,
    position: 0,
    defaultValue: null,
    foreign: {},
    column: '',
    slot: -1,
  };
}

function storedOf(field: Field, value: Json | undefined): Stored {
  return value === undefined || value === null ? null : fieldTypes[field.type].toStored(value, field);
}

function shownValue(field: Field, row: StoredRow, links: Links): Json {
  if (fieldTypes[field.type].storage === 'links') return [...(links.get(field.id)?.get(recordId(row)) ?? [])];
  return storedToJson(field, row[field.slot] ?? null);
}

function isSame(field: Field, old: Json, value: Json): boolean {
  if (fieldTypes[field.type].storage !== 'links') return storedOf(field, old) === storedOf(field, value);
  const sorted = (ids: Json) => JSON.stringify((ids as number[]).toSorted((a, b) => a - b));
  return sorted(old) === sorted(value ?? []);
}
