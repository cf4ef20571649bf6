/** Imports into this instance, by the operations that the API uses: same checks, same changes log. */
import { hash } from 'node:crypto';
import type { Actor, Core } from '../context.ts';
import { AppError, type Issue } from '../errors.ts';
import { createFields } from '../fields/create-field.ts';
import type { Field } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';
import type { Grant } from '../keys/scopes.ts';
import { type Once, Replay, writeOnce } from '../once.ts';
import { openTable } from '../permit.ts';
import { type BatchResult, batchRecords } from '../records/batch-records.ts';
import { createPackedRows } from '../records/create-packed-rows.ts';
import { createRecord } from '../records/create-record.ts';
import { createRows } from '../records/create-rows.ts';
import type { RecordInput } from '../records/read-input.ts';
import { rowReadingOf } from '../records/row-reading.ts';
import { type Upserted, upsertRecord } from '../records/upsert-record.ts';
import { createTable } from '../tables/create-table.ts';
import { listTables } from '../tables/list-tables.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { type ImportRun, subjectOf } from './import-run.ts';
import {
  type ImportTarget,
  type RowOutcome,
  type RowProblem,
  type RowValues,
  rowOutcomes,
  type TargetTable,
} from './import-target.ts';
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
    async packing(table, names) {
      const schema = await open(table);
      const fields = names.map((name) => fieldOf(schema, name));
      const reading = rowReadingOf(schema, fields, actor.grant(schema));
      if (reading === null) return null;
      return {
        reading,
        async write(rows, mark) {
          try {
            return await createPackedRows(
              core,
              actor,
              schema,
              rows,
              onceOf(run, names, mark.place, () => mark.outcome),
            );
          } catch (error) {
            if (error instanceof Replay) return true;
            throw changedFile(error);
          }
        },
      };
    },
    async recall(names, place) {
      if (run === undefined) return null;
      const kept = await core.store.find('idempotency', { subject: subjectOf(run), key: place });
      if (kept === undefined || kept.expires_at <= core.clock.now()) return null;
      if (kept.fingerprint !== fingerprintOf(run, names)) throw changedFile(new AppError('idempotency_key_reused'));
      return kept.body;
    },
    async keep(names, { place, outcome }) {
      const once = onceOf(run, names, place, () => outcome);
      if (once === undefined) return;
      await writeOnce(core, once, async () => undefined).catch((error: unknown) => {
        if (!(error instanceof Replay)) throw changedFile(error);
      });
    },
    async writeAll(table, names, create, update, { place, outcomeOf }) {
      const schema = await open(table);
      const fields = names.map((name) => fieldOf(schema, name));
      try {
        if (update.length === 0) {
          const outcome = outcomeOf(0);
          const once = onceOf(run, names, place, () => outcome);
          await createRows(core, actor, schema, fields, create, once);
          return { problems: [], outcome };
        }
        const batch = {
          create: create.map((values) => inputOf(fields, values)),
          update: update.map(({ id, values }) => ({ id, input: inputOf(fields, values) })),
          delete: [],
          skipsUnchanged: true,
        };
        const textOf = ({ updated }: BatchResult) => outcomeOf(updated.length);
        const once = onceOf(run, names, place, textOf);
        return { problems: [], outcome: textOf(await batchRecords(core, actor, schema, batch, once)) };
      } catch (error) {
        if (error instanceof Replay) return { problems: [], outcome: error.answer.body };
        if (!(error instanceof AppError) || error.code !== 'batch_failed') throw changedFile(error);
        return { problems: error.issues.map((issue) => problemOfItem(issue, create.length)), outcome: '' };
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
          await createRecord(
            core,
            actor,
            schema,
            input,
            onceOf(run, names, place, () => 'created'),
          );
          return 'created';
        }
        const once = onceOf<Upserted>(run, names, place, outcomeOfUpsert);
        const options = { once, skipsUnchanged: true };
        return outcomeOfUpsert(await upsertRecord(core, actor, schema, fieldOf(schema, key), input, options));
      } catch (error) {
        if (error instanceof Replay) return rowOutcomes.find((one) => one === error.answer.body) ?? 'created';
        const issue = error instanceof AppError ? error.issues[0] : undefined;
        if (issue === undefined) throw changedFile(error);
        return { index: 0, field: issue.field, code: issue.code, reason: issue.message };
      }
    },
  };
}

function outcomeOfUpsert({ isCreated, isWritten }: Upserted): RowOutcome {
  if (isCreated) return 'created';
  return isWritten ? 'updated' : 'unchanged';
}

/** Written with the rows, in the same transaction: so it is known for sure whether they are there. */
function onceOf<T>(
  run: ImportRun | undefined,
  names: readonly string[],
  place: string,
  outcome: (result: T) => string,
): Once<T> | undefined {
  if (run === undefined) return undefined;
  const answer = (result: T) => ({ status: 200, body: outcome(result) });
  return { subject: subjectOf(run), key: place, fingerprint: fingerprintOf(run, names), answer };
}

/** Empty where the file cannot change. */
function fingerprintOf({ content }: ImportRun, names: readonly string[]): string {
  return content === undefined ? '' : hash('sha256', JSON.stringify([content, names]), 'base64url');
}

function changedFile(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'idempotency_key_reused') return error;
  return new AppError(
    'body_invalid',
    'The file has changed since its import was interrupted, so it cannot be resumed.',
  );
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
