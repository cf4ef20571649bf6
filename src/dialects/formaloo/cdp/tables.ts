/**
 * The tables behind customers, activities and their tags (wire/formaloo.md §12): ordinary tables of the app, made when they are
 * first written to. Tables and fields are known by a mark in their memory, so that people may rename them.
 */
import { type Actor, type Core, systemActor } from '../../../core/context.ts';
import { AppError, type Issue } from '../../../core/errors.ts';
import type { FieldInput } from '../../../core/fields/add-field.ts';
import { type Field, Refusal } from '../../../core/fields/field-type.ts';
import { parseFieldValue, validateOptions } from '../../../core/fields/parse-value.ts';
import { throwIssues } from '../../../core/records/read-input.ts';
import { createTable } from '../../../core/tables/create-table.ts';
import type { TableSchema } from '../../../core/tables/table-schema.ts';
import { verbBits } from '../../../core/workspaces/roles.ts';
import { appOf } from '../call.ts';
import { memoryOf } from '../memory.ts';
import { uniqueName } from '../names.ts';

export type CdpName = 'customers' | 'activities' | 'tags' | 'notes' | 'action_types' | 'batches';

interface CdpField {
  readonly key: string;
  readonly name: string;
  readonly type: FieldInput['type'];
  readonly unique?: true;
  /** Of a relation. */
  readonly target?: CdpName;
  readonly isSingle?: true;
}

interface CdpSpec {
  readonly name: string;
  readonly fields: readonly CdpField[];
}

const specs: Record<CdpName, CdpSpec> = {
  tags: {
    name: 'Customer tags',
    fields: [
      { key: 'title', name: 'Title', type: 'text', unique: true },
      { key: 'description', name: 'Description', type: 'long_text' },
      { key: 'color_code', name: 'Color', type: 'text' },
    ],
  },
  customers: {
    name: 'Customers',
    fields: [
      { key: 'full_name', name: 'Full name', type: 'text' },
      { key: 'first_name', name: 'First name', type: 'text' },
      { key: 'last_name', name: 'Last name', type: 'text' },
      { key: 'email', name: 'Email', type: 'email', unique: true },
      { key: 'phone_number', name: 'Phone', type: 'phone', unique: true },
      { key: 'code', name: 'Code', type: 'text', unique: true },
      { key: 'username', name: 'Username', type: 'text' },
      { key: 'score', name: 'Score', type: 'number' },
      { key: 'level', name: 'Level', type: 'text' },
      { key: 'city', name: 'City', type: 'text' },
      { key: 'language', name: 'Language', type: 'text' },
      { key: 'customer_data', name: 'Data', type: 'json' },
      { key: 'tags', name: 'Tags', type: 'relation', target: 'tags' },
    ],
  },
  activities: {
    name: 'Activities',
    fields: [
      { key: 'action', name: 'Action', type: 'text' },
      { key: 'customer', name: 'Customer', type: 'relation', target: 'customers', isSingle: true },
      { key: 'activity_data', name: 'Data', type: 'json' },
      { key: 'activity_date', name: 'Date', type: 'datetime' },
      { key: 'monetary_value', name: 'Value', type: 'number' },
      { key: 'currency', name: 'Currency', type: 'text' },
      { key: 'relations', name: 'Relations', type: 'json' },
      { key: 'operation_type', name: 'Operation', type: 'text' },
      { key: 'tags', name: 'Tags', type: 'relation', target: 'tags' },
    ],
  },
  notes: {
    name: 'Notes about customers',
    fields: [
      { key: 'text', name: 'Text', type: 'long_text' },
      { key: 'customer', name: 'Customer', type: 'relation', target: 'customers', isSingle: true },
    ],
  },
  action_types: {
    name: 'Action types',
    fields: [
      { key: 'title', name: 'Title', type: 'text' },
      { key: 'description', name: 'Description', type: 'long_text' },
      { key: 'integration', name: 'Integration', type: 'text' },
      { key: 'tags', name: 'Tags', type: 'json' },
    ],
  },
  batches: {
    name: 'Imports of customers',
    fields: [
      { key: 'kind', name: 'Kind', type: 'text' },
      { key: 'status', name: 'Status', type: 'text' },
      { key: 'import_results', name: 'Results', type: 'json' },
      { key: 'error_log', name: 'Errors', type: 'json' },
    ],
  },
};

export function keysOf(name: CdpName): readonly string[] {
  return specs[name].fields.map(({ key }) => key);
}

/** A field as it will be once its table is made: enough to say whether it would take a value. */
function fieldToBe({ key, type }: CdpField): Field {
  const options = validateOptions(type, undefined);
  const traits = { isRequired: false, isUnique: false, isIndexed: false, position: 0, defaultValue: null, foreign: {} };
  return { id: key, tableId: '', name: key, type, options, ...traits, column: '', slot: -1 };
}

/**
 * Whether a record could have these values: asked before anything is made for it, tables and tags included.
 * @throws value_invalid
 */
export function checkValues(name: CdpName, values: Readonly<Record<string, unknown>>): void {
  const issues: Issue[] = [];
  for (const field of specs[name].fields) {
    const value = values[field.key];
    if (value === undefined || field.target !== undefined) continue;
    const parsed = parseFieldValue(fieldToBe(field), value);
    if (parsed instanceof Refusal) issues.push({ field: field.key, code: 'value_invalid', message: parsed.message });
  }
  throwIssues(issues);
}

export interface CdpTable {
  readonly table: TableSchema;
  /** By key; a field that was deleted is not there. */
  readonly fields: ReadonlyMap<string, Field>;
}

const opened = new WeakMap<TableSchema, CdpTable>();

export function cdpTableOf(table: TableSchema): CdpTable {
  let one = opened.get(table);
  if (one === undefined) {
    const marked = table.fields.flatMap((field): [string, Field][] => {
      const { cdp } = memoryOf(field);
      return typeof cdp === 'string' ? [[cdp, field]] : [];
    });
    one = { table, fields: new Map(marked) };
    opened.set(table, one);
  }
  return one;
}

/** Undefined while nothing was written yet. */
export async function findTable(core: Core, actor: Actor, name: CdpName): Promise<CdpTable | undefined> {
  const tables = await core.catalog.tablesOf(appOf(actor));
  const table = tables.find((one) => memoryOf(one).cdp === name);
  return table === undefined ? undefined : cdpTableOf(table);
}

/** Tables of one app are made one after the other: two callers never make the same twice. */
const making = new Map<string, Promise<unknown>>();

/** The table, made where there is none. @throws scope_missing */
export async function ensureTable(core: Core, actor: Actor, name: CdpName): Promise<CdpTable> {
  const known = await findTable(core, actor, name);
  if (known !== undefined) return known;
  const appId = appOf(actor);
  const app = await core.catalog.app(appId);
  if (app === undefined) throw new AppError('app_not_found');
  // Who may write may have the place to write to, which is the server's own doing.
  if ((actor.verbs(app.workspace_id, appId) & verbBits.create) === 0) throw new AppError('scope_missing');
  const turn = (making.get(appId) ?? Promise.resolve()).then(
    async () => (await findTable(core, actor, name)) ?? makeTable(core, actor, appId, name),
  );
  const settled = turn.catch(() => undefined);
  making.set(appId, settled);
  try {
    return await turn;
  } finally {
    if (making.get(appId) === settled) making.delete(appId);
  }
}

async function makeTable(core: Core, actor: Actor, appId: string, name: CdpName): Promise<CdpTable> {
  const spec = specs[name];
  const fields: FieldInput[] = [];
  for (const field of spec.fields) fields.push(await inputOf(core, actor, appId, field));
  const taken = new Set((await core.catalog.tablesOf(appId)).map((table) => table.name));
  const table = await createTable(core, systemActor, appId, {
    name: uniqueName(spec.name, spec.name, taken),
    fields,
    foreign: { formaloo: { cdp: name } },
  });
  return cdpTableOf(table);
}

async function inputOf(core: Core, actor: Actor, appId: string, field: CdpField): Promise<FieldInput> {
  const { key, name, type, unique, target, isSingle } = field;
  const foreign = { formaloo: { cdp: key } };
  if (target === undefined) return { name, type, foreign, ...(unique === true ? { unique } : {}) };
  // Already in its turn: no other table of the app is being made.
  const known = (await findTable(core, actor, target)) ?? (await makeTable(core, actor, appId, target));
  const options = { target: known.table.id, cardinality: isSingle === true ? 'one' : 'many' };
  return { name, type, foreign, options };
}
