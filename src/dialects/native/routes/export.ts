/** `/tables/{table}/export`: every record that a query finds, as a file that is written while it is read. */

import { Readable } from 'node:stream';
import type { Core } from '../../../core/context.ts';
import { exportFilename, exportFormats, exportMediaTypes } from '../../../core/export/export-format.ts';
import { exportRecords } from '../../../core/export/export-records.ts';
import { requireVerb } from '../../../core/permit.ts';
import { Type } from '../../../core/schema.ts';
import { contentDisposition } from '../../../http/content-disposition.ts';
import { sendStream } from '../../../http/send-stream.ts';
import { parseParameter, readColumns, readFilter, readSort } from '../query.ts';
import { targetOf } from '../record-request.ts';
import { pathOf } from '../shapes/parts.ts';
import type { NativeScope } from '../typed-scope.ts';

const querystring = Type.Object(
  {
    format: Type.Optional(
      Type.Union(
        exportFormats.map((format) => Type.Literal(format)),
        { default: 'csv' },
      ),
    ),
    fields: Type.Optional(
      Type.String({
        description: 'Fields in the order of the columns, comma-separated; `id` and the times may be among them.',
      }),
    ),
    filter: Type.Optional(Type.String({ description: 'A filter tree as JSON.', examples: ['{"price":{"gte":10}}'] })),
    sort: Type.Optional(Type.String({ examples: ['-price,name'] })),
    bom: Type.Optional(Type.Boolean({ description: 'CSV: with a byte order mark, by which spreadsheets know UTF-8.' })),
  },
  { additionalProperties: false },
);

export function exportRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    '/api/v1/tables/:table/export',
    {
      schema: {
        tags: ['records'],
        operationId: 'exportRecords',
        summary: 'Export records as a file',
        description:
          'Streams; a file that broke off has no proper end of its transfer. What changes meanwhile is in it as it was or as it is.',
        params: pathOf('table'),
        querystring,
        response: { 200: Type.String({ 'x-media-types': exportFormats.map((format) => exportMediaTypes[format]) }) },
      },
      config: { verb: 'read' },
    },
    async (request, reply) => {
      const { actor, table } = await targetOf(core, request);
      const grant = requireVerb(actor, table, 'read');
      const { format = 'csv', fields, filter, sort, bom } = request.query;
      const content = exportRecords(core, actor, table, {
        format,
        fields: fields === undefined ? undefined : readColumns(table, grant, fields),
        filter: filter ? readFilter(table, grant, parseParameter('filter', filter, 'filter_invalid')) : undefined,
        sort: sort === undefined ? undefined : readSort(table, grant, sort),
        hasBom: bom,
      });
      reply
        .header('Content-Type', exportMediaTypes[format])
        .header('Content-Disposition', contentDisposition('attachment', exportFilename(table.name, format)))
        .header('X-Content-Type-Options', 'nosniff');
      if (request.method === 'HEAD') return reply.send();
      return sendStream(reply, Readable.from(content, { objectMode: false }));
    },
  );
}
