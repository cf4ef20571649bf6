/** Changes a field's type: says first what converts and what does not, then does it in one transaction. */
import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireVerb } from '../permit.ts';
import { type Reads, UniqueViolation } from '../store.ts';
import type { FieldRow } from '../system-rows.ts';
import { changeSchema } from '../tables/change-schema.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { checkFlags, createIndexOf, createStorage, fieldOf } from './add-field.ts';
import { type Field, type FieldTypeName, type Json, Refusal, type Stored } from './field-type.ts';
import { formulaOptions } from './formula-options.ts';
import { columnStorageOf, fieldTypes } from './index.ts';
import { validateOptions } from './parse-value.ts';

export interface Conversion {
  readonly type: FieldTypeName;
  readonly options?: Readonly<Record<string, Json>>;
  /** Values that do not convert become empty instead of stopping the conversion. */
  readonly allow_loss?: boolean;
  /** No value is kept. */
  readonly discard?: boolean;
}

export interface ConversionReport {
  readonly records: number;
  readonly empty: number;
  readonly convertible: number;
  readonly failing: number;
  /** The first values that do not convert. */
  readonly examples: readonly { readonly id: number; readonly value: string; readonly reason: string }[];
}

const examplesMax = 20;
const rowsPerPiece = 1000;

/** What `convertField` would do. Nothing is changed. */
export async function planConversion(
  core: Core,
  actor: Actor,
  table: TableSchema,
  field: Field,
  to: Conversion,
): Promise<ConversionReport> {
  requireVerb(actor, table, 'schema');
  const report = new Report();
  const target = targetOf(table, field, to);
  if (to.type === 'formula') await formulaOptions(core.store, actor, table, target);
  for await (const _ of convertedPieces(core.store, table, field, target, report)) {
    // Only counting.
  }
  return report.done();
}

/**
 * Converts every value, then swaps the column; the field keeps its id, name and place.
 * @throws conversion_lossy (with the failing values as issues) unless `allow_loss`; nothing is changed then
 */
export async function convertField(
  core: Core,
  actor: Actor,
  table: TableSchema,
  field: Field,
  to: Conversion,
): Promise<ConversionReport> {
  requireVerb(actor, table, 'schema');
  return changeSchema(core, async (tx, touch) => {
    const current = await touch(table.id);
    const before = current.fieldById.get(field.id);
    const row = await tx.find('fields', { id: field.id });
    if (before === undefined || row === undefined) throw new AppError('field_not_found');
    const target = targetOf(current, before, to);
    const next: FieldRow = {
      ...row,
      type: to.type,
      options: target.options,
      column_name: target.column,
      default_value: null,
    };
    if (!fieldTypes[to.type].canBeUnique) next.is_unique = 0;
    const comparison = fieldTypes[to.type].comparison;
    if (comparison === null || comparison === 'options' || to.type === 'formula') next.is_indexed = 0;
    if (fieldTypes[to.type].isReadOnly) next.is_required = 0;
    checkFlags(next);
    if (next.type === 'formula') next.options = await formulaOptions(tx, actor, current, target);

    const report = new Report();
    const isStored = columnStorageOf(to.type) !== null;
    if (isStored) await createStorage(tx, current, { ...next, is_unique: 0, is_indexed: 0 });
    const pieces = to.discard === true ? [] : convertedPieces(tx, current, before, target, report);
    for await (const piece of pieces) {
      if (isStored && piece.length > 0) await tx.schema.fillColumn(current, target, piece);
    }
    const result = report.done();
    if (result.failing > 0 && to.allow_loss !== true) throw lossy(field, result);
    if (columnStorageOf(before.type) !== null) {
      if (before.isUnique || before.isIndexed) await tx.schema.dropIndex(current, before);
      await tx.schema.dropColumn(current, before);
    }
    next.updated_at = core.clock.now();
    await tx.update('fields', { id: field.id }, next);
    try {
      await createIndexOf(tx, current, next);
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      throw new AppError('value_not_unique');
    }
    await appendAudit(tx, core, actor, {
      action: 'field.convert',
      target: field.id,
      workspaceId: table.workspaceId,
      appId: table.appId,
      detail: { table: table.id, from: before.type, to: to.type, lost: result.failing },
    });
    return result;
  });
}

/** The field as it will be: new type and options, a column of its own. @throws body_invalid where types do not convert */
function targetOf(table: TableSchema, field: Field, to: Conversion): Field {
  for (const type of [fieldTypes[field.type], fieldTypes[to.type]]) {
    // Values that name other things are not made from texts, nor hashes from anything.
    if (type.refersTo === undefined && !type.isHidden) continue;
    const message = `a field of type ${type.name} cannot be converted; add a new field instead`;
    throw new AppError('body_invalid', `type: ${message}`, {
      issues: [{ field: 'type', code: 'body_invalid', message }],
    });
  }
  const options = validateOptions(to.type, withChoices(field, to));
  const count = Number(/_(\d+)$/.exec(field.column)?.[1] ?? 1);
  const made = fieldOf(table, {
    id: field.id,
    table_id: table.id,
    name: field.name,
    type: to.type,
    options,
    is_required: 0,
    is_unique: 0,
    is_indexed: 0,
    position: field.position,
    default_value: null,
    foreign: field.foreign,
    column_name: `f_${field.id}_${count + 1}`,
    created_at: 0,
    updated_at: 0,
  });
  // A formula is kept in other words than it was sent in.
  return { ...made, options };
}

/** Between the two select types the choices stay, unless new ones are given. */
function withChoices(field: Field, to: Conversion): Readonly<Record<string, Json>> {
  const isSelect = (type: FieldTypeName) => type === 'single_select' || type === 'multi_select';
  const choices = field.options.choices;
  if (isSelect(field.type) && isSelect(to.type) && to.options?.choices === undefined && choices !== undefined) {
    return { ...to.options, choices };
  }
  return to.options ?? {};
}

async function* convertedPieces(
  reads: Reads,
  table: TableSchema,
  from: Field,
  to: Field,
  report: Report,
): AsyncGenerator<[number, Stored][]> {
  const source = fieldTypes[from.type];
  const target = fieldTypes[to.type];
  for await (const rows of reads.records.scan(table, rowsPerPiece)) {
    const piece: [number, Stored][] = [];
    for (const row of rows) {
      const id = row[0] as number;
      const stored = row[from.slot] ?? null;
      const value = stored === null ? null : source.fromStored(stored, from);
      if (value === null) {
        report.empty += 1;
        continue;
      }
      const text = source.toText(value, from);
      if (target.isReadOnly) {
        report.convertible += 1;
        continue;
      }
      const converted = target.parse(text, to);
      if (converted instanceof Refusal) report.fail(id, text, converted.message);
      else {
        report.convertible += 1;
        if (converted !== null) piece.push([id, target.toStored(converted, to)]);
      }
    }
    yield piece;
  }
}

class Report {
  empty = 0;
  convertible = 0;
  failing = 0;
  readonly examples: { id: number; value: string; reason: string }[] = [];

  fail(id: number, value: string, reason: string): void {
    this.failing += 1;
    if (this.examples.length < examplesMax) this.examples.push({ id, value: value.slice(0, 100), reason });
  }

  done(): ConversionReport {
    const { empty, convertible, failing, examples } = this;
    return { records: empty + convertible + failing, empty, convertible, failing, examples };
  }
}

function lossy(field: Field, report: ConversionReport): AppError {
  return new AppError(
    'conversion_lossy',
    `${field.name}: ${report.failing} of ${report.records} values cannot be converted.`,
    {
      issues: report.examples.map(({ id, value, reason }) => ({
        field: field.name,
        code: 'conversion_lossy',
        message: `record ${id}: "${value}" ${reason}`,
        fieldId: field.id,
      })),
    },
  );
}
