/**
 * Every record that a question finds, in pieces: memory does not grow with their number, and requests are answered between
 * pieces. What changes meanwhile may be seen in its old or its new form.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor, Core } from '../context.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import { getRecords } from '../records/get-records.ts';
import { listRecords } from '../records/list-records.ts';
import { type Filter, type Projection, projectionOf, type SortKey, type StoredRow } from '../records/query.ts';
import { type Links, recordId } from '../records/record-view.ts';
import type { TableSchema } from '../tables/table-schema.ts';

export interface RecordPiece {
  readonly rows: readonly StoredRow[];
  readonly links: Links;
}

export interface RecordQuestion {
  /** What is read of each record. */
  readonly fields: readonly Field[];
  readonly filter?: Filter | undefined;
  /** Without: ascending id. */
  readonly sort?: readonly SortKey[] | undefined;
}

/** Few enough that nobody waits for a piece, enough that their overhead does not count. */
const rowsPerPiece = 200;
/** Sorting is paid anew for each piece of ids; an id alone is small. */
const idsPerPiece = 50_000;

export function recordPages(
  core: Core,
  actor: Actor,
  table: TableSchema,
  question: RecordQuestion,
): AsyncIterable<RecordPiece> {
  const isSorted = question.sort !== undefined && question.sort.length > 0;
  return isSorted ? inOrder(core, actor, table, question) : byId(core, actor, table, question);
}

function relationsOf(fields: readonly Field[]): readonly Field[] {
  return fields.filter((field) => fieldTypes[field.type].storage === 'links');
}

function projectionOfFields(fields: readonly Field[]): Projection {
  return projectionOf([0, ...fields.flatMap(({ slot }) => (slot < 0 ? [] : slot))]);
}

async function* byId(
  core: Core,
  actor: Actor,
  table: TableSchema,
  { fields, filter }: RecordQuestion,
): AsyncGenerator<RecordPiece> {
  const relations = relationsOf(fields);
  const projection = projectionOfFields(fields);
  let last = 0;
  for (;;) {
    const query = {
      projection,
      start: { after: { values: [], id: last } },
      limit: rowsPerPiece,
      ...(filter === undefined ? {} : { filter }),
    };
    const { rows, links, hasMore } = await listRecords(core, actor, table, query, relations);
    const end = rows.at(-1);
    if (end !== undefined) yield { rows, links };
    if (!hasMore || end === undefined) return;
    last = recordId(end);
    // The embedded store answers at once: without this, requests would wait for the last piece.
    await nextTurn();
  }
}

/** The ids in their order first, so that the table is sorted a few times and not once per piece. */
async function* inOrder(
  core: Core,
  actor: Actor,
  table: TableSchema,
  { fields, filter, sort = [] }: RecordQuestion,
): AsyncGenerator<RecordPiece> {
  const relations = relationsOf(fields);
  const keys = projectionOf([0, ...sort.map(({ field }) => field.slot)]);
  let after: { readonly values: StoredRow; readonly id: number } | null = null;
  for (;;) {
    const query = {
      projection: keys,
      sort,
      limit: idsPerPiece,
      ...(filter === undefined ? {} : { filter }),
      ...(after === null ? {} : { start: { after } }),
    };
    const { rows, hasMore } = await listRecords(core, actor, table, query, []);
    const ids = rows.map(recordId);
    for (let at = 0; at < ids.length; at += rowsPerPiece) {
      await nextTurn();
      const wanted = ids.slice(at, at + rowsPerPiece);
      const found = await getRecords(core, actor, table, wanted, relations);
      const rowById = new Map(found.rows.map((row) => [recordId(row), row]));
      yield { rows: wanted.map((id) => rowById.get(id)).filter((row) => row !== undefined), links: found.links };
    }
    const end = rows.at(-1);
    if (!hasMore || end === undefined) return;
    after = { values: sort.map(({ field }) => end[field.slot] ?? null), id: recordId(end) };
  }
}
