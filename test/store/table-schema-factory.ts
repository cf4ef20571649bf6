/** Table schemas for tests of the store, built as the catalog would: columns, slots, and both sides of a relation. */
import type { Field, FieldTypeName, Json } from '../../src/core/fields/field-type.ts';
import { fieldTypes } from '../../src/core/fields/index.ts';
import { systemColumns, type TableSchema } from '../../src/core/tables/table-schema.ts';

export interface FieldSpec {
  readonly name: string;
  readonly type: FieldTypeName;
  readonly isUnique?: boolean;
  readonly isIndexed?: boolean;
  readonly options?: Readonly<Record<string, Json>>;
}

let serial = 0;

function nextSerial(): number {
  serial += 1;
  return serial;
}

/** A 16-character id that no other call gives. */
export function testId(): string {
  return nextSerial().toString(36).padStart(16, '0');
}

export function tableSchema(name: string, specs: readonly FieldSpec[], known?: TableSchema): TableSchema {
  const id = known?.id ?? testId();
  const columns: string[] = [...systemColumns];
  const fields = specs.map((spec, position): Field => {
    const same = known?.fieldByName.get(spec.name);
    const fieldId = same?.id ?? testId();
    const type = fieldTypes[spec.type];
    let column = '';
    let slot = -1;
    if (type.systemColumn !== undefined) {
      column = type.systemColumn;
      slot = systemColumns.indexOf(type.systemColumn);
    } else if (type.storage !== 'links') {
      column = `f_${fieldId}`;
      slot = columns.push(column) - 1;
    }
    return {
      id: fieldId,
      tableId: id,
      name: spec.name,
      type: spec.type,
      options: spec.options ?? {},
      isRequired: false,
      isUnique: spec.isUnique ?? false,
      isIndexed: spec.isIndexed ?? false,
      position,
      defaultValue: null,
      foreign: {},
      column,
      slot,
    };
  });
  return {
    id,
    number: known?.number ?? nextSerial(),
    appId: testId(),
    workspaceId: testId(),
    name,
    description: null,
    role: null,
    foreign: {},
    version: (known?.version ?? 0) + 1,
    createdAt: 0,
    updatedAt: 0,
    createdBy: null,
    position: 0,
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    fieldById: new Map(fields.map((field) => [field.id, field])),
    columns,
    relations: fields.filter((field) => fieldTypes[field.type].storage === 'links'),
    formulas: [],
    physicalName: `t_${id}`,
  };
}

/** The field of that name; a test that asks for another is wrong. */
export function fieldOf(table: TableSchema, name: string): Field {
  const field = table.fieldByName.get(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return field;
}

/** Options of the two sides of a relation. */
export function relationOptions(
  link: string,
  side: 'a' | 'b',
  cardinality: 'one' | 'many',
  inverse: 'one' | 'many',
): Record<string, Json> {
  return { link, side, target: '', cardinality, inverse: '', inverse_cardinality: inverse };
}
