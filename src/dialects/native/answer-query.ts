/** Answers a native query: `{data: […], next, count?}`, with relations expanded one level where asked. */

import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import type { Field } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import { openTable, requireVerb } from '../../core/permit.ts';
import { getRecords } from '../../core/records/get-records.ts';
import { countRecords, listRecords } from '../../core/records/list-records.ts';
import { type Filter, projectionOf, type RecordQuery } from '../../core/records/query.ts';
import { type Links, noLinks, recordId } from '../../core/records/record-view.ts';
import { type Static, Type } from '../../core/schema.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import {
  parseParameter,
  questionMark,
  readCursor,
  readFields,
  readFilter,
  readSort,
  visibleFields,
  writeCursor,
} from './query.ts';
import { type Expanded, type FieldKeys, rendererOf, type ShownRecord } from './render.ts';

const limitDefault = 100;
const limitMax = 1000;

const shared = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limitMax, default: limitDefault })),
  cursor: Type.Optional(Type.String({ description: 'Where the page before ended: its `next`.' })),
  count: Type.Optional(Type.Boolean({ description: 'Adds the exact number of matching records.' })),
  keys: Type.Optional(Type.Union([Type.Literal('name'), Type.Literal('id')], { description: 'How fields are keyed.' })),
};

export const listQuery = Type.Object(
  {
    filter: Type.Optional(Type.String({ description: 'A filter tree as JSON.', examples: ['{"price":{"gte":10}}'] })),
    sort: Type.Optional(
      Type.String({
        description: 'Fields, comma-separated; `-` before a field sorts downwards.',
        examples: ['-price,name'],
      }),
    ),
    fields: Type.Optional(Type.String({ description: 'Fields to answer, comma-separated; without: all.' })),
    expand: Type.Optional(Type.String({ description: 'Relation fields whose records are answered whole.' })),
    ...shared,
  },
  { additionalProperties: false },
);

const names = Type.Array(Type.String());

export const queryBody = Type.Object(
  {
    filter: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'A filter tree.' })),
    sort: Type.Optional(Type.Union([Type.String(), names])),
    fields: Type.Optional(Type.Union([Type.String(), names])),
    expand: Type.Optional(Type.Union([Type.String(), names])),
    ...shared,
  },
  { additionalProperties: false },
);

/** Either form: in the URL the filter is JSON text, in a body an object. */
export type QueryInput = Static<typeof listQuery> | Static<typeof queryBody>;

export async function answerQuery(core: Core, actor: Actor, table: TableSchema, input: QueryInput): Promise<string> {
  const grant = requireVerb(actor, table, 'read');
  const filter = filterOf(table, grant, input.filter);
  const sort = input.sort === undefined ? [] : readSort(table, grant, input.sort);
  const fields =
    input.fields === undefined ? visibleFields(table, grant) : readFields(table, grant, input.fields, 'fields');
  const expand = input.expand === undefined ? [] : readFields(table, grant, input.expand, 'expand');
  const renderer = rendererOf(table, fields, input.keys);
  const limit = input.limit ?? limitDefault;
  // Only cursors need it.
  const question = () => questionMark(table, JSON.stringify(input.filter ?? null), sort);
  const query: RecordQuery = {
    limit,
    // The cursor is written from the values that the page is sorted by.
    projection:
      sort.length === 0
        ? renderer.projection
        : projectionOf([...renderer.projection.slots, ...sort.map(({ field }) => field.slot)]),
    ...(filter === undefined ? {} : { filter }),
    ...(sort.length === 0 ? {} : { sort }),
    ...(input.cursor === undefined ? {} : { start: readCursor(question(), sort, input.cursor) }),
  };
  const page = await listRecords(core, actor, table, query, renderer.relations);
  const expanded = expand.length === 0 ? undefined : await expandLinks(core, actor, expand, page.links, input.keys);
  const data = page.rows.map((row) => renderer.render(row, page.links, expanded));
  const last = page.rows.at(-1);
  const next = page.hasMore && last !== undefined ? writeCursor(question(), sort, last) : null;
  const count = input.count === true ? await countRecords(core, actor, table, filter) : undefined;
  return JSON.stringify({ data, next, count });
}

function filterOf(table: TableSchema, grant: Grant, input: QueryInput['filter']): Filter | undefined {
  if (input === undefined || input === '') return undefined;
  return readFilter(
    table,
    grant,
    typeof input === 'string' ? parseParameter('filter', input, 'filter_invalid') : input,
  );
}

/** The linked records, rendered as far as the key may read them. Their own relations stay empty: one level. */
async function expandLinks(
  core: Core,
  actor: Actor,
  fields: readonly Field[],
  links: Links,
  keys?: FieldKeys,
): Promise<Expanded> {
  const expanded = new Map<string, ReadonlyMap<number, ShownRecord>>();
  for (const field of fields) {
    if (fieldTypes[field.type].storage !== 'links') {
      const message = `"${field.name}" is not a relation`;
      throw new AppError('parameter_invalid', `expand: ${message}`, {
        issues: [{ field: 'expand', code: 'parameter_invalid', message }],
      });
    }
    const target = await openTable(core, actor, String(field.options.target));
    const grant = requireVerb(actor, target, 'read');
    const own = visibleFields(target, grant).filter((one) => fieldTypes[one.type].storage !== 'links');
    const renderer = rendererOf(target, own, keys);
    const ids = new Set<number>();
    for (const targets of links.get(field.id)?.values() ?? []) for (const id of targets) ids.add(id);
    const records = new Map<number, ShownRecord>();
    for (const row of (await getRecords(core, actor, target, [...ids], [])).rows)
      records.set(recordId(row), renderer.render(row, noLinks));
    expanded.set(field.id, records);
  }
  return expanded;
}
