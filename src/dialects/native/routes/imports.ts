/** `/apps/{app}/imports`: files that the server reads into a table by itself, how far it is, and what it refused. */

import { Readable } from 'node:stream';
import { toIso } from '../../../core/clock.ts';
import type { Core } from '../../../core/context.ts';
import { AppError } from '../../../core/errors.ts';
import { exportFilename, exportMediaTypes } from '../../../core/export/export-format.ts';
import { beginImport } from '../../../core/import/begin-import.ts';
import { deleteImport } from '../../../core/import/delete-import.ts';
import { getImport, listImports } from '../../../core/import/get-import.ts';
import { checkImportOrder, type ImportOrder } from '../../../core/import/import-order.ts';
import { listRejects } from '../../../core/import/list-rejects.ts';
import { type Static, Type } from '../../../core/schema.ts';
import type { ImportRow } from '../../../core/system-rows.ts';
import { contentDisposition } from '../../../http/content-disposition.ts';
import { readUpload, takeUploads } from '../../../http/read-upload.ts';
import { sendStream } from '../../../http/send-stream.ts';
import { answerOnce, type Creation } from '../once.ts';
import { parseParameter } from '../query.ts';
import { actorOf } from '../request-actor.ts';
import { id, named, nothing, nullable, pageOf, pathOf, time } from '../shapes/parts.ts';
import { type NativeScope, typed } from '../typed-scope.ts';

const path = '/api/v1/apps/:app/imports';
const tags = ['imports'];
const params = pathOf('app', 'import');

const countShape = (description: string) => Type.Integer({ minimum: 0, description });

const importShape = named('Import', {
  id: id(),
  app_id: id(),
  table: Type.Object({ id: nullable(id('Null: it is still to be made.')), name: Type.String() }),
  filename: Type.String({ examples: ['orders.csv'] }),
  state: Type.Union(
    [
      Type.Literal('waiting'),
      Type.Literal('planning'),
      Type.Literal('running'),
      Type.Literal('finished'),
      Type.Literal('failed'),
      Type.Literal('cancelled'),
    ],
    { description: 'The whole file is read once for the plan, then once more for the rows.' },
  ),
  dry_run: Type.Boolean(),
  rows_read: countShape('Rows dealt with.'),
  created: countShape('Records made.'),
  updated: countShape('Records changed.'),
  rejected: countShape('Rows refused.'),
  total_bytes: countShape('Of the file.'),
  read_bytes: countShape('Read in this pass.'),
  plan: Type.Unknown({ description: 'The columns and the fields that they go into; null until it is known.' }),
  preview: Type.Unknown({
    description: 'What a dry run found: counts, first problems, first changes; null otherwise.',
  }),
  error: nullable(Type.String({ description: 'Why it failed.' })),
  created_at: time(),
  started_at: nullable(time()),
  finished_at: nullable(time()),
});

const orderQuery = Type.Object(
  {
    table: Type.Optional(Type.String({ description: 'Id of the table.' })),
    name: Type.Optional(
      Type.String({ maxLength: 255, description: 'Instead: name of a table; it is made when there is none.' }),
    ),
    key: Type.Optional(
      Type.String({ description: 'A unique field: rows whose value is there already change that record.' }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'Write nothing; tell what would be done.' })),
    create_fields: Type.Optional(Type.Boolean({ description: 'Give the table the columns that it lacks.' })),
    skip: Type.Optional(Type.String({ description: 'Columns to leave out: a JSON array.', examples: ['["Notes"]'] })),
    columns: Type.Optional(
      Type.String({
        description: 'Fields by column, as JSON; others go by their names.',
        examples: ['{"Who":"Name"}'],
      }),
    ),
    types: Type.Optional(
      Type.String({ description: 'Types of new fields by column, as JSON.', examples: ['{"Zip":"text"}'] }),
    ),
    sheet: Type.Optional(Type.String({ maxLength: 100, description: 'Of a spreadsheet; without: the first.' })),
    filename: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    file: Type.Optional(Type.String({ description: 'Id of a file uploaded before; then the body is left out.' })),
  },
  { additionalProperties: false },
);

export function importRoutes(scope: NativeScope, core: Core): void {
  scope.register(async (uploads) => {
    takeUploads(uploads);
    beginRoute(typed(uploads), core);
  });

  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'listImports',
        summary: 'Imports, latest first',
        description: 'One’s own; of everybody for who manages the app. They are kept for 30 days.',
        params: pathOf('app'),
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
            cursor: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
        response: { 200: pageOf(importShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { imports, next } = await listImports(core, actorOf(request), request.params.app, request.query);
      return { data: imports.map(importView), next };
    },
  );

  scope.get(
    `${path}/:import`,
    {
      schema: {
        tags,
        operationId: 'getImport',
        summary: 'How far an import is',
        params,
        response: { 200: importShape },
      },
      config: { verb: 'read' },
    },
    async (request) => importView(await getImport(core, actorOf(request), request.params.app, request.params.import)),
  );

  scope.get(
    `${path}/:import/rejects`,
    {
      schema: {
        tags,
        operationId: 'listImportRejects',
        summary: 'The refused rows as CSV, with line and reason',
        description: 'A line per problem, at most 10,000. Complete when the import has ended.',
        params,
        response: { 200: Type.String({ 'x-media-types': [exportMediaTypes.csv] }) },
      },
      config: { verb: 'read' },
    },
    async (request, reply) => {
      const { app, import: importId } = request.params;
      const content = await listRejects(core, actorOf(request), app, importId);
      reply
        .header('Content-Type', exportMediaTypes.csv)
        .header('Content-Disposition', contentDisposition('attachment', exportFilename('rejects', 'csv')))
        .header('X-Content-Type-Options', 'nosniff');
      if (request.method === 'HEAD') return reply.send();
      return sendStream(reply, Readable.from(content, { objectMode: false }));
    },
  );

  scope.delete(
    `${path}/:import`,
    {
      schema: {
        tags,
        operationId: 'deleteImport',
        summary: 'Cancel an import, or remove one that has ended',
        description: 'What it has written stays.',
        params,
        response: { 204: nothing },
      },
      config: { verb: 'create' },
    },
    async (request, reply) => {
      await deleteImport(core, actorOf(request), request.params.app, request.params.import);
      return reply.code(204).send();
    },
  );
}

function beginRoute(scope: NativeScope, core: Core): void {
  scope.post(
    path,
    {
      schema: {
        tags,
        operationId: 'beginImport',
        summary: 'Import a file into a table',
        description:
          'The body is the file (CSV, JSON Lines or XLSX), or a multipart form with it. Answers at once; the server reads it ' +
          'when the imports before it have ended, and goes on with it after a restart. Rows that are refused are left out.',
        params: pathOf('app'),
        querystring: orderQuery,
        response: { 202: importShape },
      },
      config: { verb: 'create', takesFile: true, isIdempotent: true },
    },
    async (request, reply) => {
      const { app } = request.params;
      const { filename, file: fileId } = request.query;
      const actor = actorOf(request);
      const order = orderOf(request.query);
      // Before the body is read: nobody uploads for nothing.
      await checkImportOrder(core, actor, app, order);
      const creation: Creation<ImportRow> = {
        answer: (row) => ({ status: 202, body: JSON.stringify(importView(row)) }),
        locate: (importId) => `/api/v1/apps/${app}/imports/${importId}`,
        isStreamed: true,
      };
      return answerOnce(request, reply, creation, async (once) => {
        if (fileId !== undefined) return beginImport(core, actor, app, order, { fileId }, once);
        return readUpload(request, (upload) =>
          beginImport(core, actor, app, order, { upload: { ...upload, filename: filename ?? upload.filename } }, once),
        );
      });
    },
  );
}

function orderOf(query: Static<typeof orderQuery>): ImportOrder {
  const { table, name, key, dry_run, create_fields, skip, columns, types, sheet } = query;
  return {
    table,
    name,
    key,
    sheet,
    isDryRun: dry_run === true,
    createFields: create_fields === true,
    skip: skip === undefined ? [] : textsOf('skip', skip),
    columns: columns === undefined ? {} : textMapOf('columns', columns),
    types: types === undefined ? {} : textMapOf('types', types),
  };
}

function textsOf(name: string, text: string): readonly string[] {
  const value = parseParameter(name, text, 'parameter_invalid');
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw parameterInvalid(name, 'must be a JSON array of texts');
}

function textMapOf(name: string, text: string): Readonly<Record<string, string>> {
  const value = parseParameter(name, text, 'parameter_invalid');
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap && Object.values(value).every((one) => typeof one === 'string')) return value as Record<string, string>;
  throw parameterInvalid(name, 'must be a JSON object of texts');
}

function parameterInvalid(field: string, message: string): AppError {
  return new AppError('parameter_invalid', `${field}: ${message}`, {
    issues: [{ field, code: 'parameter_invalid', message }],
  });
}

function importView(row: ImportRow): Static<typeof importShape> {
  const timeOf = (at: number | null) => (at === null ? null : toIso(at));
  return {
    id: row.id,
    app_id: row.app_id,
    table: { id: row.table_id, name: row.table_name },
    filename: row.filename,
    state: row.state,
    dry_run: row.is_dry_run === 1,
    rows_read: row.rows_read,
    created: row.created,
    updated: row.updated,
    rejected: row.rejected,
    total_bytes: row.total_bytes,
    read_bytes: row.read_bytes,
    plan: row.plan,
    preview: row.preview,
    error: row.error,
    created_at: toIso(row.created_at),
    started_at: timeOf(row.started_at),
    finished_at: timeOf(row.finished_at),
  };
}
