/** Imports into this instance, by the operations that the API uses: same checks, same changes log. */
import { hash } from 'node:crypto';
import type { Actor, Core } from '../context.ts';
import { AppError, type Issue } from '../errors.ts';
import { createFields } from '../fields/create-field.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { Grant } from '../keys/scopes.ts';
import { type Once, Replay } from '../once.ts';
import { openTable } from '../permit.ts';
import { batchRecords } from '../records/batch-records.ts';
import { createRecord } from '../records/create-record.ts';
import { createRows } from '../records/create-rows.ts';
import type { RecordInput } from '../records/read-input.ts';
import { upsertRecord } from '../records/upsert-record.ts';
import { createTable } from '../tables/create-table.ts';
import { listTables } from '../tables/list-tables.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { type ImportRun, subjectOf } from './import-run.ts';
import type { ImportTarget, RowProblem, RowValues, TargetTable } from './import-target.ts';
import { matchUnique } from './match-unique.ts';

/**
 * `run`: the import can be run again after it was interrupted, under the same name; what it has written is then not written
 * again. That holds for rows that are made; those that change records by a key come out the same anyway.
 */
export function createCoreTarget(core: Core, actor: Actor, appId: string, run?: ImportRun): ImportTarget {
  const open = async (table: TargetTable): Promise<TableSchema> => openTable(core, actor, table.id);

  const shown = (table: TableSchema) => targetTable(table, actor.grant(table));

  return {
    async openTable(id) {
      const table = await openTable(core, actor, id);
      if (table.appId !== appId) throw new AppError('table_not_found');
      return shown(table);
    },
    async findTable(name) {
      const table = (await listTables(core, actor, appId)).find((one) => one.name === name);
      return table === undefined ? null : shown(table);
    },
    async createTable(name, fields) {
      return shown(await createTable(core, actor, appId, { name, fields }));
    },
    async addFields(table, fields) {
      await createFields(core, actor, await open(table), fields);
      return shown(await open(table));
    },
    async match(table, name, values) {
      const schema = await open(table);
      return matchUnique(core, schema, fieldOf(schema, name), values);
    },
    async writeAll(table, names, create, update, place) {
      const schema = await open(table);
      const fields = names.map((name) => fieldOf(schema, name));
      try {
        if (update.length === 0) {
          await createRows(core, actor, schema, fields, create, onceOf(run, place, [names, create]));
          return [];
        }
        const batch = {
          create: create.map((values) => inputOf(fields, values)),
          update: update.map(({ id, values }) => ({ id, input: inputOf(fields, values) })),
          delete: [],
        };
        await batchRecords(core, actor, schema, batch);
        return [];
      } catch (error) {
        if (error instanceof Replay) return [];
        refuseOtherFile(error);
        if (!(error instanceof AppError) || error.code !== 'batch_failed') throw error;
        return error.issues.map((issue) => problemOfItem(issue, create.length));
      }
    },
    async writeOne(table, names, values, key, place) {
      const schema = await open(table);
      try {
        const input = inputOf(
          names.map((name) => fieldOf(schema, name)),
          values,
        );
        if (key === null) {
          await createRecord(core, actor, schema, input, onceOf(run, place, [names, values]));
          return 'created';
        }
        const upserted = await upsertRecord(core, actor, schema, fieldOf(schema, key), input);
        return 'isCreated' in upserted && upserted.isCreated ? 'created' : 'updated';
      } catch (error) {
        if (error instanceof Replay) return 'created';
        refuseOtherFile(error);
        const issue = error instanceof AppError ? error.issues[0] : undefined;
        if (issue === undefined) throw error;
        return { index: 0, field: issue.field, code: issue.code, reason: issue.message };
      }
    },
  };
}

/** Written with the rows, in the same transaction: so it is known for sure whether they are there. */
function onceOf<T>(run: ImportRun | undefined, place: string, content: unknown): Once<T> | undefined {
  if (run === undefined) return undefined;
  const fingerprint = hash('sha256', JSON.stringify(content), 'base64url');
  return { subject: subjectOf(run), key: place, fingerprint, answer: () => ({ status: 200, body: '' }) };
}

function refuseOtherFile(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'idempotency_key_reused') return;
  throw new AppError('body_invalid', 'The file has changed since its import was interrupted, so it cannot be resumed.');
}

function targetTable({ id, name, fields }: TableSchema, { readable, writable }: Grant): TargetTable {
  const isIn = (mask: ReadonlySet<string> | null, field: Field) => mask === null || mask.has(field.id);
  // What may be neither read nor written is not told of.
  const known = fields.filter((field) => isIn(readable, field) || isIn(writable, field));
  return {
    id,
    name,
    fields: known.map((field) => ({
      name: field.name,
      type: field.type,
      isUnique: field.isUnique,
      isReadOnly: fieldTypes[field.type].isReadOnly,
      mayWrite: isIn(writable, field),
    })),
  };
}

function fieldOf(table: TableSchema, name: string): Field {
  const field = table.fieldByName.get(name);
  if (field !== undefined) return field;
  // It was there when the import was planned.
  const message = `is no field of ${table.name} any more`;
  throw new AppError('field_unknown', `${name}: ${message}`, {
    issues: [{ field: name, code: 'field_unknown', message }],
  });
}

function inputOf(fields: readonly Field[], values: RowValues): RecordInput {
  return fields.flatMap((field, at) => (values[at] === undefined ? [] : [[field, values[at]] as const]));
}

const itemPath = /^(create|update)\[(\d+)\](?:\.(.*))?$/s;

function problemOfItem({ field, code, message }: Issue, created: number): RowProblem {
  const [, kind, index = '0', name = ''] = itemPath.exec(field) ?? [];
  return { index: Number(index) + (kind === 'update' ? created : 0), field: name, code, reason: message };
}
