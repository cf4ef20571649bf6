/** `/tables/{table}/fields`: what records hold. */
import type { Core } from '../../../core/context.ts';
import { convertField, planConversion } from '../../../core/fields/convert-field.ts';
import { createField } from '../../../core/fields/create-field.ts';
import { deleteFields } from '../../../core/fields/delete-field.ts';
import type { Field } from '../../../core/fields/field-type.ts';
import { updateField } from '../../../core/fields/update-field.ts';
import { describedField } from '../../../core/formulas/hide-expression.ts';
import { knownFields } from '../known-fields.ts';
import { answerOnce } from '../once.ts';
import {
  brokenFormulas,
  conversionInput,
  conversionShape,
  conversionView,
  fieldInput,
  fieldPatch,
  fieldShape,
  fieldView,
} from '../shapes/field.ts';
import { nothing, pageOf, pathOf } from '../shapes/parts.ts';
import { fieldOf, tableOf } from '../table-request.ts';
import type { NativeScope } from '../typed-scope.ts';

const path = '/api/v1/tables/:table/fields';
const tags = ['fields'];
const params = pathOf('table');
const fieldParams = pathOf('table', 'field');

export function fieldRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'listFields',
        summary: 'List the fields of a table',
        params,
        response: { 200: pageOf(fieldShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { actor, table } = await tableOf(core, request);
      const data = knownFields(table, actor.grant(table)).map((field) =>
        fieldView(describedField(actor, table, field)),
      );
      return { data, next: null };
    },
  );

  scope.post(
    path,
    {
      schema: {
        tags,
        operationId: 'createField',
        summary: 'Add a field',
        description: 'A relation also adds its inverse to the target table.',
        params,
        body: fieldInput,
        response: { 201: fieldShape },
      },
      config: { verb: 'schema', isIdempotent: true },
    },
    async (request, reply) => {
      const { actor, table } = await tableOf(core, request);
      return answerOnce<readonly Field[]>(
        request,
        reply,
        {
          answer: (made) => ({ status: 201, body: made.map((field) => JSON.stringify(fieldView(field))).join() }),
          locate: (id) => `/api/v1/tables/${table.id}/fields/${id}`,
        },
        async (once) => [await createField(core, actor, table, request.body, once)],
      );
    },
  );

  scope.get(
    `${path}/:field`,
    {
      schema: {
        tags,
        operationId: 'getField',
        summary: 'Get a field',
        params: fieldParams,
        response: { 200: fieldShape },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const { actor, table, field } = await fieldOf(core, request);
      return fieldView(describedField(actor, table, field));
    },
  );

  scope.patch(
    `${path}/:field`,
    {
      schema: {
        tags,
        operationId: 'updateField',
        summary: 'Change a field; renaming touches no record',
        description: 'Its type is changed by `convert`.',
        params: fieldParams,
        body: fieldPatch,
        response: { 200: fieldShape },
      },
      config: { verb: 'schema' },
    },
    async (request) => {
      const { actor, table, field } = await fieldOf(core, request);
      return fieldView(await updateField(core, actor, table, field, request.body));
    },
  );

  scope.delete(
    `${path}/:field`,
    {
      schema: {
        tags,
        operationId: 'deleteField',
        summary: 'Delete a field with its values',
        description: 'Where formulas read it, the answer is 200 and names them: they stay and show #FIELD!.',
        params: fieldParams,
        response: { 200: brokenFormulas, 204: nothing },
      },
      config: { verb: 'schema' },
    },
    async (request, reply) => {
      const { actor, table, field } = await fieldOf(core, request);
      const broken = await deleteFields(core, actor, table, [field]);
      return broken.length === 0 ? reply.code(204).send() : { broken_formulas: broken.map((use) => ({ ...use })) };
    },
  );

  scope.post(
    `${path}/:field/convert`,
    {
      schema: {
        tags,
        operationId: 'convertField',
        summary: 'Change the type of a field',
        description: 'Converts every value, or reports what would not convert and changes nothing.',
        params: fieldParams,
        body: conversionInput,
        response: { 200: conversionShape },
      },
      config: { verb: 'schema' },
    },
    async (request) => {
      const { actor, table, field } = await fieldOf(core, request);
      const { dry_run: isDryRun, ...conversion } = request.body;
      if (isDryRun === true) return conversionView(await planConversion(core, actor, table, field, conversion), null);
      const report = await convertField(core, actor, table, field, conversion);
      const changed = (await core.catalog.table(table.id))?.fieldById.get(field.id);
      return conversionView(report, changed ?? field);
    },
  );
}
