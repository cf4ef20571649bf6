/**
 * Requests that are right, to be spoilt: one of every route (from the isolation matrix, so none is forgotten), some that use
 * much of the query languages, and what the OpenAPI document allows.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import type { DoorName } from '../isolation/doors.ts';
import { routeCases } from '../isolation/routes.ts';
import type { World } from '../isolation/world.ts';
import { createSchemaArbitraries, type JsonSchema } from './from-schema.ts';
import type { Target } from './target.ts';

export interface Seed {
  /** `METHOD /pattern`. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  /** Undecoded, without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

/** What they end would be missing afterwards: sent about the spare world. */
const isEnding = /^DELETE .*\/(?:workspaces?|projects?|retables?|apps|tables|forms?)\/:\w+$/;

export function seedsOf(target: Target): Seed[] {
  const seeds = Object.entries(routeCases).map(([route, known]): Seed => {
    const isSpare = isEnding.test(route);
    const world: World = isSpare ? target.spare : target.world;
    const [method = '', url = ''] = route.split(' ');
    const params = known.path(world);
    const path = url.replace(/:(\w+)|\*/g, (part, name: string | undefined) => String(params[name ?? '*'] ?? part));
    const body = known.body?.(world);
    const door: DoorName = known.door === 'open' ? 'native' : known.door;
    const own = isSpare ? target.spareHeaders[door] : target.headers[door];
    return seed(route, method, path, known.query?.(world) ?? '', { ...own, ...known.headers }, body);
  });
  return [...seeds, ...richSeeds(target)];
}

function seed(
  route: string,
  method: string,
  path: string,
  query: string,
  headers: OutgoingHttpHeaders,
  body: unknown,
): Seed {
  const isBytes = Buffer.isBuffer(body);
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) texts[name] = String(value);
  if (body !== undefined && !isBytes) texts['content-type'] = 'application/json';
  return {
    route,
    method,
    path,
    query,
    headers: texts,
    body: isBytes ? body : body === undefined ? null : JSON.stringify(body),
  };
}

/** On the table with a field of every type. */
function richSeeds({ world, everything, values, headers }: Target): Seed[] {
  const records = `/api/v1/tables/${everything.id}/records`;
  const native = headers.native;
  const text = (value: unknown) => encodeURIComponent(JSON.stringify(value));
  const filter = {
    and: [
      { Number: { gte: 1 } },
      { or: [{ Text: { contains: 'a' } }, { not: { Single_select: 'Red' } }] },
      { Relation: { any_of: [1] } },
      { Datetime: { lt: '2027-01-01T00:00:00Z' } },
    ],
  };
  const listed = (query: string) => seed('GET records', 'GET', records, query, native, undefined);
  const cells = everything.fields.flatMap((field) =>
    values[field.name] === undefined ? [] : [{ column_id: field.id, cell_value: values[field.name] }],
  );
  const collection = `/v0/apps/${world.app}/collections/${everything.id}`;
  const retable = `/v1/public/retable/${everything.id}/data`;
  const form = `/v3.0/form-displays/slug/${everything.id.slice(0, 8)}/submit`;
  return [
    seed('POST records', 'POST', records, '', native, { fields: values }),
    seed('PUT record', 'PUT', `${records}/1`, '', native, { fields: values }),
    seed('PATCH record', 'PATCH', `${records}/2`, 'keys=id', native, { fields: values }),
    seed('POST batch', 'POST', `${records}/batch`, '', native, {
      create: [{ fields: values }, { fields: { Text: 'a' } }],
      update: [{ id: 3, fields: values }],
      delete: [4],
    }),
    seed('POST query', 'POST', `${records}/query`, '', native, {
      filter,
      sort: ['-Number', 'Text'],
      fields: ['Text', 'Number', 'Relation'],
      expand: ['Relation'],
      limit: 3,
      count: true,
    }),
    listed(`filter=${text(filter)}&sort=-Number,Text&limit=2&count=true`),
    listed(`filter=${text({ Text: { starts_with: 'a' } })}&fields=Text&keys=id`),
    listed('sort=-Datetime&limit=2'),
    seed('POST tables', 'POST', `/api/v1/apps/${world.app}/tables`, '', native, {
      name: 'Made',
      fields: [
        { name: 'A', type: 'number', options: { precision: 2, min: 0 }, default: 1, indexed: true },
        { name: 'B', type: 'single_select', options: { choices: [{ name: 'x', color: '#ffffff' }] } },
        { name: 'C', type: 'relation', options: { target: world.table, cardinality: 'one' } },
        { name: 'D', type: 'text', options: { pattern: '[a-z]+' }, unique: true },
      ],
    }),
    seed('POST keys', 'POST', `/api/v1/apps/${world.app}/keys`, '', native, {
      kind: 'native',
      name: 'Made',
      scopes: [{ table: world.table, verbs: ['read', 'update'], readable: [world.field], writable: [world.field] }],
      expires_at: '2030-01-01T00:00:00Z',
      allow_list: ['10.0.0.0/8', '::1'],
      allowed_origins: ['https://example.com'],
      limit: 5,
    }),
    seed('Adalo create', 'POST', collection, '', headers.adalo, values),
    seed('Adalo update', 'PUT', `${collection}/5`, '', headers.adalo, values),
    seed('Adalo list', 'GET', collection, 'offset=2&limit=3&filterKey=Number&filterValue=5', headers.adalo, undefined),
    seed('Retable insert', 'POST', retable, '', headers.retable, { data: [{ columns: cells }] }),
    seed('Retable update', 'PUT', retable, '', headers.retable, { rows: [{ row_id: 6, columns: cells }] }),
    seed(
      'Formaloo submit',
      'POST',
      form,
      '',
      headers.formaloo,
      Object.fromEntries(everything.fields.map((field) => [field.id.slice(0, 8), values[field.name]])),
    ),
  ];
}

/** Of every operation in the document, with values that its schemas describe. */
export function generatedSeeds(document: JsonSchema, target: Target): fc.Arbitrary<Seed> {
  const { world, everything } = target;
  const fieldNames = everything.fields.map(({ name }) => name);
  const ids = [
    world.app,
    world.table,
    world.workspace,
    world.field,
    world.key,
    world.member,
    world.file,
    everything.id,
  ];
  const schemas = createSchemaArbitraries(document, [
    ...fieldNames,
    ...ids,
    'name',
    'read',
    '*',
    'Red',
    'text',
    'number',
  ]);
  const operations = Object.entries(document.paths as Record<string, Record<string, JsonSchema>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => operationSeeds(path, method.toUpperCase(), operation)),
  );
  return fc.oneof(...operations);

  function operationSeeds(pattern: string, method: string, operation: JsonSchema): fc.Arbitrary<Seed> {
    const parameters = (operation.parameters ?? []) as readonly { name: string; in: string; schema: JsonSchema }[];
    const query: Record<string, fc.Arbitrary<unknown>> = {};
    for (const one of parameters) if (one.in === 'query') query[one.name] = schemas.of(one.schema);
    const content = (operation.requestBody as { content?: Record<string, { schema?: JsonSchema }> } | undefined)
      ?.content;
    const schema = content?.['application/json']?.schema;
    const isSpare = isEnding.test(`${method} ${pattern.replace(/\{(\w+)\}/g, ':$1')}`);
    const things = isSpare ? target.spare : world;
    const names: Record<string, string> = {
      workspace: things.workspace,
      app: things.app,
      table: isSpare ? things.table : everything.id,
      field: things.field,
      id: '1',
      key: things.key,
      member: things.member,
      file: things.file,
      plan: 'business',
      code: 'internal_error',
      dialect: 'adalo',
    };
    const path = pattern.replace(/\{(\w+)\}/g, (part, name: string) => names[name] ?? part);
    const headers = isSpare ? target.spareHeaders.native : target.headers.native;
    return fc
      .tuple(fc.record(query, { requiredKeys: [] }), schema === undefined ? fc.constant(undefined) : schemas.of(schema))
      .map(([values, body]) => {
        const pairs = Object.entries(values).map(([name, value]) => `${name}=${encoded(value)}`);
        return seed(`${method} ${pattern}`, method, path, pairs.join('&'), headers, body);
      });
  }
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // Half of a surrogate pair cannot be encoded; it goes as the bytes that a careless client sends.
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80';
}
