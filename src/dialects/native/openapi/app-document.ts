/** The OpenAPI document of one app: its tables as they are, field by field, as far as the caller may see and do. */
import type { Actor } from '../../../core/actor.ts';
import type { Field } from '../../../core/fields/field-type.ts';
import { fieldTypes } from '../../../core/fields/index.ts';
import type { Grant } from '../../../core/keys/scopes.ts';
import type { AppRow } from '../../../core/system-rows.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { type Verb, verbBits } from '../../../core/workspaces/roles.ts';
import { visibleFields } from '../query.ts';
import { buildDocument, type OpenApiDocument } from './document.ts';
import type { JsonSchema, Operation } from './operations.ts';

const recordsPath = '/api/v1/tables/{table}/records';

/** The templates: the record routes, of which each table gets its own copy. */
export function appDocument(
  app: AppRow,
  actor: Actor,
  tables: readonly TableSchema[],
  operations: readonly Operation[],
): OpenApiDocument {
  const templates = operations.filter((one) => one.path.startsWith(recordsPath));
  const taken = new Set<string>();
  const own: Operation[] = [];
  const tags: { name: string; description: string }[] = [];
  for (const table of tables) {
    const grant = actor.grant(table);
    const name = uniqueName(table, taken);
    const shapes = shapesOf(table, grant, name);
    tags.push({ name: table.name, description: table.description ?? `Table ${table.id}` });
    for (const template of templates) {
      if (!isAllowed(template, grant)) continue;
      own.push({
        ...template,
        path: template.path.replace('{table}', table.id),
        operationId: `${template.operationId}_${name}`,
        tags: [table.name],
        ...paramsWithoutTable(template.params),
        ...(template.body === undefined ? {} : { body: bodyOf(template, shapes) }),
        response: responseOf(template, shapes),
      });
    }
  }
  const description = `The tables of the app ${app.name} (${app.id}), as they are now and as this key may use them.`;
  return buildDocument({ title: app.name, description, tags }, own);
}

/** A component name: letters, digits and underscores, told apart by a number. */
function uniqueName(table: TableSchema, taken: Set<string>): string {
  const plain =
    table.name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '') || 'Table';
  let name = plain;
  for (let number = 2; taken.has(name); number += 1) name = `${plain}_${number}`;
  taken.add(name);
  return name;
}

const neededVerbs: Readonly<Record<string, readonly Verb[]>> = {
  listRecords: ['read'],
  queryRecords: ['read'],
  getRecord: ['read'],
  createRecord: ['create'],
  updateRecord: ['update'],
  replaceRecord: ['update'],
  deleteRecord: ['delete'],
  upsertRecord: ['create', 'update'],
  batchRecords: ['create', 'update', 'delete'],
};

function isAllowed({ operationId }: Operation, grant: Grant): boolean {
  const verbs = neededVerbs[operationId] ?? [];
  const has = (verb: Verb) => (grant.verbs & verbBits[verb]) !== 0;
  return operationId === 'batchRecords' ? verbs.some(has) : verbs.length > 0 && verbs.every(has);
}

interface Shapes {
  readonly record: JsonSchema;
  /** For creating and replacing: required fields are required. */
  readonly input: JsonSchema;
  readonly patch: JsonSchema;
}

function shapesOf(table: TableSchema, grant: Grant, name: string): Shapes {
  const isShown = (field: Field) => !fieldTypes[field.type].isHidden;
  const shown = visibleFields(table, grant).filter(isShown);
  const written = table.fields.filter(
    (field) => !fieldTypes[field.type].isReadOnly && (grant.writable === null || grant.writable.has(field.id)),
  );
  const fields = { ...objectOf(shown), 'x-name': `${name}_Fields` };
  const required = written.filter((field) => field.isRequired && field.defaultValue === null).map((one) => one.name);
  const inputFields = { ...objectOf(written), additionalProperties: false };
  return {
    record: {
      'x-name': name,
      type: 'object',
      required: ['id', 'created_at', 'updated_at', 'fields'],
      properties: {
        id: { type: 'integer', examples: [1] },
        created_at: { type: 'string', format: 'date-time', examples: ['2026-03-05T09:07:11.042Z'] },
        updated_at: { type: 'string', format: 'date-time', examples: ['2026-03-05T09:07:11.042Z'] },
        fields,
      },
    },
    input: { ...inputFields, 'x-name': `${name}_Input`, ...(required.length === 0 ? {} : { required }) },
    patch: { ...inputFields, 'x-name': `${name}_Patch` },
  };
}

function objectOf(fields: readonly Field[]): JsonSchema {
  return { type: 'object', properties: Object.fromEntries(fields.map((field) => [field.name, valueSchema(field)])) };
}

/** Any value can be empty; a relation is then an empty list. */
function valueSchema(field: Field): JsonSchema {
  const type = fieldTypes[field.type];
  const schema = type.jsonSchema(field);
  const about = { description: describe(field), examples: [type.example(field)] };
  if (type.storage === 'links' || Object.keys(schema).length === 0) return { ...schema, ...about };
  return { anyOf: [schema, { type: 'null' }], ...about };
}

function describe(field: Field): string {
  const traits = [field.type, `id ${field.id}`];
  if (field.isRequired) traits.push('required');
  if (field.isUnique) traits.push('unique');
  if (field.isIndexed) traits.push('indexed');
  return traits.join(', ');
}

function bodyOf({ operationId, body }: Operation, { input, patch }: Shapes): JsonSchema {
  const recordNumber = { type: 'integer', minimum: 1 };
  const withFields = (fields: JsonSchema, more: Record<string, JsonSchema> = {}) => ({
    type: 'object',
    required: [...Object.keys(more), 'fields'],
    properties: { ...more, fields },
    additionalProperties: false,
  });
  switch (operationId) {
    case 'createRecord':
    case 'replaceRecord':
      return withFields(input);
    case 'updateRecord':
      return withFields(patch);
    case 'upsertRecord':
      return withFields(input, { match: { type: 'string', description: 'Name or id of a unique field.' } });
    case 'batchRecords':
      return {
        type: 'object',
        properties: {
          create: { type: 'array', items: withFields(input) },
          update: { type: 'array', items: withFields(patch, { id: recordNumber }) },
          delete: { type: 'array', items: recordNumber },
        },
        additionalProperties: false,
      };
    default:
      return body ?? {};
  }
}

function responseOf({ operationId, response }: Operation, { record }: Shapes): Operation['response'] {
  const list = { type: 'array', items: record };
  if (operationId === 'listRecords' || operationId === 'queryRecords') {
    const page = { type: 'object', required: ['data', 'next'] };
    const next = { anyOf: [{ type: 'string' }, { type: 'null' }] };
    return { 200: { ...page, properties: { data: list, next, count: { type: 'integer' } } } };
  }
  if (operationId === 'batchRecords') {
    const deleted = { type: 'array', items: { type: 'integer' } };
    return { 200: { type: 'object', properties: { created: list, updated: list, deleted } } };
  }
  const isBodyless = (schema: JsonSchema) => schema.type === 'null';
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => [status, isBodyless(schema) ? schema : record]),
  );
}

/** The table stands in the path by its id. */
function paramsWithoutTable(params: JsonSchema | undefined): { params?: JsonSchema } {
  const { table: _table, ...rest } = (params?.properties ?? {}) as Record<string, JsonSchema>;
  return { params: { type: 'object', properties: rest, required: Object.keys(rest) } };
}
