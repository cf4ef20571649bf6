/**
 * Rows of any number as one JSON document. A first piece is read before anything is sent, so that refusals keep their status;
 * when more follow they are streamed at the pace of the reader, and memory holds one piece at a time.
 */

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Actor, Core } from '../../core/context.ts';
import type { Field } from '../../core/fields/field-type.ts';
import { listRecords, type RecordPage } from '../../core/records/list-records.ts';
import { type Filter, type PageStart, projectionOf, type StoredRow } from '../../core/records/query.ts';
import { type Links, recordId } from '../../core/records/record-view.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { sendStream } from '../../http/send-stream.ts';
import { type People, peopleIn } from './people.ts';
import type { Page } from './query.ts';
import type { RowRenderer } from './render.ts';
import { jsonType } from './send.ts';

/** Rows of one piece: enough to keep the reader busy, few enough that other requests are not kept waiting. */
const pieceRows = 500;

export interface RowsQuestion {
  readonly core: Core;
  readonly actor: Actor;
  readonly table: TableSchema;
  readonly renderer: RowRenderer;
  readonly page: Page;
  readonly filter?: Filter;
  /** Decides what a filter cannot say; without: every row of the filter. */
  readonly matches?: RowTest;
}

/** Whether a row is one that is asked for. */
export interface RowTest {
  readonly personSlots: readonly number[];
  readonly relations: readonly Field[];
  readonly slots: readonly number[];
  test(row: StoredRow, links: Links, people: People): boolean;
}

/** What stands around the rows. */
export interface Envelope {
  readonly head: string;
  /** Closes the list. `count`: how many rows there are before limit and offset, where that is known. */
  tail(count: number | null): string;
}

export const dataEnvelope: Envelope = {
  head: '{"data":{"rows":[',
  tail: (count) => (count === null ? ']}}' : `],"count":${count}}}`),
};

/** v2: no envelope around it (wire/retable.md §6.2). */
export const bareEnvelope: Envelope = { head: '{"rows":[', tail: () => ']}' };

interface Piece {
  readonly text: string;
  readonly isLast: boolean;
}

export async function sendRows(reply: FastifyReply, question: RowsQuestion, envelope: Envelope): Promise<FastifyReply> {
  const pieces = piecesOf(question, envelope);
  const first = await pieces.next();
  reply.header('Content-Type', jsonType);
  if (first.done === true || first.value.isLast) return reply.send(first.done === true ? '' : first.value.text);
  return sendStream(reply, Readable.from(textsOf(first.value, pieces)));
}

async function* textsOf(first: Piece, rest: AsyncGenerator<Piece>): AsyncGenerator<string> {
  yield first.text;
  for await (const { text } of rest) yield text;
}

async function* piecesOf(question: RowsQuestion, envelope: Envelope): AsyncGenerator<Piece> {
  const window = createWindow(question);
  let before = envelope.head;
  let comma = '';
  for await (const page of pagesOf(question)) {
    const rows = await renderPage(question, page, window);
    const isLast = !page.hasMore;
    // A page in which nothing was found sends nothing.
    if (rows === '' && !isLast) continue;
    // Every row comes with a comma before it.
    const text = comma === '' ? rows.slice(1) : rows;
    yield { text: before + text + (isLast ? envelope.tail(await window.count()) : ''), isLast };
    before = '';
    comma = ',';
  }
}

/** Pages of the filter, from where the store can begin to where it is sure that nothing more is asked for. */
async function* pagesOf({
  core,
  actor,
  table,
  filter,
  matches,
  page,
  renderer,
}: RowsQuestion): AsyncGenerator<RecordPage> {
  const isWhole = matches === undefined;
  let left = isWhole && page.limit !== null ? page.limit : Number.POSITIVE_INFINITY;
  let start: PageStart | undefined = isWhole && page.offset > 0 ? { offset: page.offset } : undefined;
  // What is searched may be a column that is not shown.
  const { relations, projection } = matches === undefined ? renderer : withSearched(renderer, matches);
  for (;;) {
    const limit = Math.min(pieceRows, left);
    const query = {
      projection,
      limit,
      ...(filter === undefined ? {} : { filter }),
      ...(start === undefined ? {} : { start }),
    };
    const found = await listRecords(core, actor, table, query, relations);
    left -= found.rows.length;
    const last = found.rows.at(-1);
    const hasMore = found.hasMore && left > 0 && last !== undefined;
    yield { ...found, hasMore };
    if (!hasMore) return;
    start = { after: { values: [], id: recordId(last) } };
  }
}

function withSearched(renderer: RowRenderer, searched: RowTest): Pick<RowRenderer, 'relations' | 'projection'> {
  return {
    relations: [...new Set([...renderer.relations, ...searched.relations])],
    projection: projectionOf([...renderer.projection.slots, ...searched.slots]),
  };
}

interface Window {
  /** Counts a row that was found; true when it lies between offset and limit. */
  takes(): boolean;
  count(): Promise<number | null>;
}

function createWindow({ core, table, filter, matches, page }: RowsQuestion): Window {
  const isWhole = matches === undefined;
  const from = isWhole ? 0 : page.offset;
  const to = isWhole || page.limit === null ? Number.POSITIVE_INFINITY : page.offset + page.limit;
  const isPart = page.limit !== null || page.offset > 0;
  let found = 0;
  return {
    takes() {
      found += 1;
      return found > from && found <= to;
    },
    // Of a part of a whole table the store knows the count without looking at its rows.
    count: () => (isWhole && isPart ? core.store.records.count(table, filter) : Promise.resolve(found)),
  };
}

async function renderPage(question: RowsQuestion, page: RecordPage, window: Window): Promise<string> {
  const { core, table, renderer, matches } = question;
  const slots = matches === undefined ? renderer.personSlots : [...renderer.personSlots, ...matches.personSlots];
  const found = peopleIn(core, table.appId, page.rows, slots);
  const people = found instanceof Promise ? await found : found;
  let text = '';
  for (const row of page.rows) {
    if (matches !== undefined && !matches.test(row, page.links, people)) continue;
    if (window.takes()) text += `,${renderer.render(row, page.links, people)}`;
  }
  return text;
}
