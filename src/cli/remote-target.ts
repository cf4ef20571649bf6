/** Imports through the native API of a running server. */
import type { Remote } from '../config.ts';
import { AppError, type Issue } from '../core/errors.ts';
import type { FieldInput } from '../core/fields/add-field.ts';
import { type FieldTypeName, fieldTypeNames, type Json } from '../core/fields/field-type.ts';
import { fieldTypes } from '../core/fields/index.ts';
import type { ImportTarget, RowProblem, RowValues, TargetTable } from '../core/import/import-target.ts';
import { type ApiClient, createApiClient } from './api-client.ts';

interface ShownTable {
  readonly id: string;
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: FieldTypeName; readonly unique: boolean }[];
}

interface ShownRecord {
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function createRemoteTarget(remote: Remote, appId: string): ImportTarget {
  const api = createApiClient(remote);
  const tablesPath = `/api/v1/apps/${encodeURIComponent(appId)}/tables`;
  const pathOf = ({ id }: TargetTable, rest: string) => `/api/v1/tables/${id}${rest}`;
  return {
    openTable: async (id) => targetTable(await api.call('GET', `/api/v1/tables/${encodeURIComponent(id)}`)),
    async findTable(name) {
      const table = (await api.list<ShownTable>(tablesPath)).find((one) => one.name === name);
      return table === undefined ? null : targetTable(table);
    },
    createTable: async (name, fields) =>
      targetTable(await api.call('POST', tablesPath, { name, fields: fields.map(bodyOf) })),
    async addFields(table, fields) {
      for (const field of fields) await api.call('POST', pathOf(table, '/fields'), bodyOf(field));
      return targetTable(await api.call('GET', pathOf(table, '')));
    },
    match: (table, field, values) => match(api, pathOf(table, '/records/query'), field, values),
    async writeAll(table, names, create, update, { outcomeOf }) {
      try {
        await api.call('POST', pathOf(table, '/records/batch'), {
          create: create.map((values) => ({ fields: valuesByName(names, values) })),
          update: update.map(({ id, values }) => ({ id, fields: valuesByName(names, values) })),
        });
        // What the server changed and what was so before, its answer does not tell.
        return { problems: [], outcome: outcomeOf(update.length) };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'batch_failed') throw error;
        return { problems: error.issues.map((issue) => problemOf(issue, create.length)), outcome: '' };
      }
    },
    async writeOne(table, names, row, key) {
      const values = valuesByName(names, row);
      try {
        if (key === null) {
          await api.call('POST', pathOf(table, '/records'), { fields: values });
          return 'created';
        }
        const [id] = (await match(api, pathOf(table, '/records/query'), key, [String(values[key] ?? '')])).values();
        await api.call('POST', pathOf(table, '/records/upsert'), { match: key, fields: values });
        return id === undefined ? 'created' : 'updated';
      } catch (error) {
        const issue = error instanceof AppError ? error.issues[0] : undefined;
        if (issue === undefined) throw error;
        return { index: 0, field: issue.field, code: issue.code, reason: issue.message };
      }
    },
  };
}

function targetTable({ id, name, fields }: ShownTable): TargetTable {
  return {
    id,
    name,
    fields: fields.map((field) => ({
      name: field.name,
      type: field.type,
      isUnique: field.unique,
      // A server of a newer version may have types that this one does not know.
      isReadOnly: fieldTypeNames.includes(field.type) && fieldTypes[field.type].isReadOnly,
      // What the key may not write, the server refuses.
      mayWrite: true,
    })),
  };
}

function valuesByName(names: readonly string[], values: RowValues): Readonly<Record<string, Json>> {
  return Object.fromEntries(names.flatMap((name, at) => (values[at] === undefined ? [] : [[name, values[at]]])));
}

function bodyOf({ name, type, options, unique }: FieldInput): unknown {
  return { name, type, ...(options === undefined ? {} : { options }), ...(unique === true ? { unique } : {}) };
}

const itemPath = /^(create|update)\[(\d+)\](?:\.(.*))?$/s;

function problemOf({ field, code, message }: Issue, created: number): RowProblem {
  const [, kind, index = '0', name = ''] = itemPath.exec(field) ?? [];
  return { index: Number(index) + (kind === 'update' ? created : 0), field: name, code, reason: message };
}

/** Ids by place. Values that the field refuses are left out: writing them tells why. */
async function match(
  api: ApiClient,
  path: string,
  field: string,
  values: readonly string[],
): Promise<ReadonlyMap<number, number>> {
  const wanted = [...values.keys()].filter((at) => values[at] !== '');
  const find = (texts: readonly string[]) =>
    api.call<{ data: readonly ShownRecord[] }>('POST', path, {
      filter: { [field]: { in: texts } },
      fields: [field],
      limit: 1000,
    });
  try {
    const { data } = await find([...new Set(wanted.map((at) => values[at] ?? ''))]);
    const ids = new Map(data.map(({ id, fields }) => [keyOf(String(fields[field])), id]));
    return new Map(
      wanted.flatMap((at) => {
        const id = ids.get(keyOf(values[at] ?? ''));
        return id === undefined ? [] : [[at, id] as const];
      }),
    );
  } catch (error) {
    if (error instanceof AppError && error.code === 'filter_invalid') return new Map();
    throw error;
  }
}

/** Forms of one value that a unique field takes as the same, as far as texts tell; what this misses, upsert finds. */
function keyOf(text: string): string {
  const trimmed = text.trim();
  return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? String(Number(trimmed)) : trimmed.toLowerCase();
}
