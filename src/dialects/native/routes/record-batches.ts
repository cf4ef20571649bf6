/** `/tables/{table}/records/batch` and `/upsert`: writes that find out or decide more than one thing at once. */
import type { Core } from '../../../core/context.ts';
import { AppError, type Issue } from '../../../core/errors.ts';
import { requireVerb } from '../../../core/permit.ts';
import { type BatchResult, batchRecords } from '../../../core/records/batch-records.ts';
import { throwIssues } from '../../../core/records/read-input.ts';
import type { RecordView } from '../../../core/records/record-view.ts';
import { type Upserted, upsertRecord } from '../../../core/records/upsert-record.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { answerOnce } from '../once.ts';
import { visibleField } from '../query.ts';
import { inputOf, namedInput, rendered, targetOf } from '../record-request.ts';
import { pathOf } from '../shapes/parts.ts';
import { batchInput, batchShape, keysQuery, recordShape, upsertInput } from '../shapes/record.ts';
import type { NativeScope } from '../typed-scope.ts';

const path = '/api/v1/tables/:table/records';
const tags = ['records'];
const params = pathOf('table');

export function recordBatchRoutes(scope: NativeScope, core: Core): void {
  scope.post(
    `${path}/upsert`,
    {
      schema: {
        tags,
        operationId: 'upsertRecord',
        summary: 'Create a record, or change the one with the same unique value',
        params,
        querystring: keysQuery,
        body: upsertInput,
        response: { 200: recordShape, 201: recordShape },
      },
      config: { verb: 'update', isIdempotent: true },
    },
    async (request, reply) => {
      const target = await targetOf(core, request);
      const { actor, table } = target;
      const { match, fields } = request.body;
      const grant = requireVerb(actor, table, 'update');
      const key = visibleField(table, grant, match);
      if (key === undefined || key.tableId === '') throw unknownMatch(match, table);
      const input = inputOf(table, grant, fields);
      return answerOnce<Upserted>(
        request,
        reply,
        {
          answer: ({ view, isCreated }) => ({
            status: isCreated ? 201 : 200,
            body: rendered(target, view, request.query.keys),
          }),
          locate: (id) => `/api/v1/tables/${table.id}/records/${id}`,
        },
        (once) => upsertRecord(core, actor, table, key, input, { once }),
      );
    },
  );

  scope.post(
    `${path}/batch`,
    {
      schema: {
        tags,
        operationId: 'batchRecords',
        summary: 'Create, change and delete in one transaction',
        params,
        querystring: keysQuery,
        body: batchInput,
        response: { 200: batchShape },
      },
      config: { verb: 'update', isIdempotent: true },
    },
    async (request, reply) => {
      const target = await targetOf(core, request);
      const { actor, table } = target;
      const { create = [], update = [], delete: remove = [] } = request.body;
      const grant = actor.grant(table);
      if (create.length > 0) requireVerb(actor, table, 'create');
      if (update.length > 0) requireVerb(actor, table, 'update');
      const issues: Issue[] = [];
      const batch = {
        create: create.map(({ fields }, index) => namedInput(table, grant, fields, `create[${index}].`, issues)),
        update: update.map(({ id, fields }, index) => {
          return { id, input: namedInput(table, grant, fields, `update[${index}].`, issues) };
        }),
        delete: remove,
      };
      throwIssues(issues, 'batch_failed');
      const list = (views: readonly RecordView[]) =>
        views.map((view) => rendered(target, view, request.query.keys)).join(',');
      const answer = ({ created, updated, deleted }: BatchResult) => ({
        status: 200,
        body: `{"created":[${list(created)}],"updated":[${list(updated)}],"deleted":[${deleted.join(',')}]}`,
      });
      return answerOnce(request, reply, { answer }, (once) => batchRecords(core, actor, table, batch, once));
    },
  );
}

function unknownMatch(name: string, table: TableSchema): AppError {
  const message = `there is no field "${name}" in ${table.name}`;
  return new AppError('field_unknown', `match: ${message}`, {
    issues: [{ field: 'match', code: 'field_unknown', message }],
  });
}
