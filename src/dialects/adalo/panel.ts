/** The content of the API documentation panel: every collection of an app with its endpoints and samples (wire/adalo.md §9). */
import type { Actor, Core } from '../../core/context.ts';
import { AppError, type ErrorCode } from '../../core/errors.ts';
import type { Json } from '../../core/fields/field-type.ts';
import { revealKey } from '../../core/keys/reveal-key.ts';
import { visibleApp } from '../../core/permit.ts';
import type { AppRow } from '../../core/system-rows.ts';
import { listTables } from '../../core/tables/list-tables.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { verbBits } from '../../core/workspaces/roles.ts';
import type { DocumentOptions } from '../dialect.ts';
import { type SampleCall, type Samples, samplesOf } from './panel-samples.ts';
import { bodySample, type PanelProperty, propertiesOf, recordSample } from './panel-values.ts';
import { limitMax } from './query.ts';

export interface Panel {
  readonly app: { readonly id: string; readonly name: string };
  readonly base_url: string;
  readonly key: PanelKey;
  /** Needed by every call. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly collections: readonly PanelCollection[];
}

export interface PanelKey {
  /** `hidden`: there is one, which the reader may not see or has not signed in freshly enough for. */
  readonly state: 'shown' | 'hidden' | 'missing';
  readonly secret: string | null;
  readonly note: string | null;
}

export interface PanelCollection {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly properties: readonly PanelProperty[];
  readonly endpoints: readonly PanelEndpoint[];
}

export interface PanelParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'integer' | 'string';
  readonly required: boolean;
  readonly description: string;
  readonly example: string | number;
}

export interface PanelEndpoint {
  readonly name: string;
  readonly method: SampleCall['method'];
  readonly path: string;
  readonly parameters: readonly PanelParameter[];
  readonly body: Readonly<Record<string, Json>> | null;
  readonly response: { readonly status: number; readonly body: Json };
  readonly samples: Samples;
}

const keyPlaceholder = 'YOUR_API_KEY';

const listParameters: readonly PanelParameter[] = [
  queryParameter('offset', 'integer', 'Records to skip; 0 unless given.', 200),
  queryParameter('limit', 'integer', `Records to answer at most; ${limitMax} unless given, and never more.`, 100),
  queryParameter(
    'filterKey',
    'string',
    'Name of a property; with filterValue: only records that have this value.',
    'Email',
  ),
  queryParameter('filterValue', 'string', 'The exact value, URL-encoded.', encodeURIComponent('user@example.com')),
];

const elementId: PanelParameter = {
  name: 'ElementId',
  in: 'path',
  type: 'integer',
  required: true,
  description: 'The id of the record.',
  example: 1,
};

function queryParameter(
  name: string,
  type: PanelParameter['type'],
  description: string,
  example: string | number,
): PanelParameter {
  return { name, in: 'query', type, required: false, description, example };
}

/**
 * The panel of an app as it is now, as far as the actor may read its tables. The key stands in the samples for those who
 * may manage the app; showing it is audited. @throws app_not_found
 */
export async function documentApp(core: Core, actor: Actor, appId: string, options: DocumentOptions): Promise<Panel> {
  const app = await visibleApp(core, actor, appId);
  const tables = (await listTables(core, actor, appId)).filter((table) => actor.grant(table).verbs & verbBits.read);
  const key = await keyOf(core, actor, app, options);
  const authorization = `Bearer ${key.secret ?? keyPlaceholder}`;
  return {
    app: { id: app.id, name: app.name },
    base_url: core.settings.publicUrl,
    key,
    headers: [
      { name: 'Authorization', value: authorization },
      { name: 'Content-Type', value: 'application/json' },
    ],
    collections: tables.map((table) => collectionOf(core.settings.publicUrl, actor, table, authorization)),
  };
}

/** Refusals that hide the key and nothing else. */
const hidingCodes: readonly ErrorCode[] = ['session_stale', 'scope_missing', 'role_insufficient', 'key_not_found'];

async function keyOf(core: Core, actor: Actor, app: AppRow, options: DocumentOptions): Promise<PanelKey> {
  const row = await core.store.find('keys', { kind: 'app', app_id: app.id });
  if (row === undefined) {
    return {
      state: 'missing',
      secret: null,
      note: 'This app has no API key yet: generate one in Settings, App Access.',
    };
  }
  if ((actor.verbs(app.workspace_id, app.id) & verbBits.manage) === 0) {
    return { state: 'hidden', secret: null, note: 'The API key is shown to those who manage the app.' };
  }
  try {
    const { key } = await revealKey(core, actor, row.id, options);
    return { state: 'shown', secret: key ?? null, note: null };
  } catch (error) {
    if (!(error instanceof AppError) || !hidingCodes.includes(error.code)) throw error;
    const isStale = error.code === 'session_stale';
    return {
      state: 'hidden',
      secret: null,
      note: isStale ? 'Sign in again to see the API key.' : 'The API key is shown to those who manage the app.',
    };
  }
}

function collectionOf(baseUrl: string, actor: Actor, table: TableSchema, authorization: string): PanelCollection {
  const { readable } = actor.grant(table);
  const fields = table.fields.filter((field) => readable === null || readable.has(field.id));
  const path = `/v0/apps/${table.appId}/collections/${table.id}`;
  const record = recordSample(fields);
  const body = bodySample(fields);
  const one = `${path}/{ElementId}`;
  const endpoint = (
    name: string,
    method: SampleCall['method'],
    template: string,
    rest: Pick<PanelEndpoint, 'parameters' | 'body' | 'response'>,
  ): PanelEndpoint => {
    // As the panel prints it: the reader puts a number in its place.
    const plain = template.replace('{ElementId}', 'ElementId');
    const url = baseUrl + plain + (rest.parameters === listParameters ? '?offset=0&limit=100' : '');
    const samples = samplesOf({ method, url, authorization, body: rest.body });
    return { name, method, path: template, ...rest, samples };
  };
  const listed = { records: [record], offset: 100 } as unknown as Json;
  const parameters = [elementId];
  return {
    id: table.id,
    name: table.name,
    url: baseUrl + path,
    properties: propertiesOf(fields),
    endpoints: [
      endpoint('Get all records', 'GET', path, {
        parameters: listParameters,
        body: null,
        response: { status: 200, body: listed },
      }),
      endpoint('Create a record', 'POST', path, { parameters: [], body, response: { status: 200, body: record } }),
      endpoint('Get a record', 'GET', one, { parameters, body: null, response: { status: 200, body: record } }),
      endpoint('Update a record', 'PUT', one, { parameters, body, response: { status: 200, body: record } }),
      endpoint('Delete a record', 'DELETE', one, { parameters, body: null, response: { status: 204, body: null } }),
    ],
  };
}
