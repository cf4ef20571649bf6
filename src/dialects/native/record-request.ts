/** What the record routes have in common: the table of a request, record ids, versions, field values, the answer. */
import type { FastifyRequest } from 'fastify';
import type { Actor, Core } from '../../core/context.ts';
import { AppError, type Issue } from '../../core/errors.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import { openTable } from '../../core/permit.ts';
import type { StoredRow } from '../../core/records/query.ts';
import { type RecordInput, throwIssues } from '../../core/records/read-input.ts';
import { type RecordView, recordId, updatedAt } from '../../core/records/record-view.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { knownField } from './known-fields.ts';
import { visibleFields } from './query.ts';
import { type FieldKeys, rendererOf } from './render.ts';
import { callOf } from './request-actor.ts';

/** A request on one table: who asks, and the table. */
export interface Target {
  readonly actor: Actor;
  readonly table: TableSchema;
}

/** @throws table_not_found */
export async function targetOf(
  core: Core,
  request: Pick<FastifyRequest, 'call'> & { readonly params: { readonly table: string } },
): Promise<Target> {
  const call = callOf(request);
  const table = await openTable(core, call.actor, request.params.table);
  call.tableId = table.id;
  return { actor: call.actor, table };
}

const idForm = /^[1-9]\d{0,15}$/;

/** Beyond 2^53 two ids would become one: there is no such record. @throws record_not_found */
export function readId(id: string): number {
  const number = idForm.test(id) ? Number(id) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new AppError('record_not_found');
  return number;
}

/** The version of the record's own fields; links that were changed from the other side do not count. */
export function etagOf(row: StoredRow): string {
  return `"${recordId(row)}-${updatedAt(row)}"`;
}

/** Whether a list of entity tags, as If-Match and If-None-Match have it, names this version. */
export function namesVersion(header: string, row: StoredRow): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etagOf(row));
}

export function ifMatchOf(request: Pick<FastifyRequest, 'headers'>): { ifMatch?: (row: StoredRow) => boolean } {
  const header = request.headers['if-match'];
  return header === undefined ? {} : { ifMatch: (row) => namesVersion(header, row) };
}

/** Values by name or id, as fields of the table. @throws field_unknown naming each */
export function inputOf(table: TableSchema, grant: Grant, fields: Readonly<Record<string, unknown>>): RecordInput {
  const issues: Issue[] = [];
  const input = namedInput(table, grant, fields, '', issues);
  throwIssues(issues);
  return input;
}

/** As `inputOf`, but collects what is wrong, with `prefix` before each name. */
export function namedInput(
  table: TableSchema,
  grant: Grant,
  fields: Readonly<Record<string, unknown>>,
  prefix: string,
  issues: Issue[],
): RecordInput {
  const input: [RecordInput[number][0], unknown][] = [];
  for (const [name, value] of Object.entries(fields)) {
    const field = knownField(table, grant, name);
    if (field !== undefined) input.push([field, value]);
    else
      issues.push({ field: prefix + name, code: 'field_unknown', message: `there is no such field in ${table.name}` });
  }
  return input;
}

/** A record as far as the actor may read it. */
export function rendered({ actor }: Target, view: RecordView, keys: FieldKeys | undefined): string {
  // The table of the view, not of the request: a write may have met a newer version.
  const fields = visibleFields(view.table, actor.grant(view.table));
  return JSON.stringify(rendererOf(view.table, fields, keys).render(view.row, view.links));
}
