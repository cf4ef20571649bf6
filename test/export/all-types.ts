/** A table with a field of every type that can be written and read, and records with all that the types take. */
import fc from 'fast-check';
import { systemActor } from '../../src/core/context.ts';
import type { FieldInput } from '../../src/core/fields/add-field.ts';
import type { FieldTypeName, Json } from '../../src/core/fields/field-type.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { createTable } from '../../src/core/tables/create-table.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import type { TestApp } from '../harness.ts';

const choices = ['Red', 'Blue', 'Red, Blue', '["Red"]', 'a;b', '"quoted"', '='].map((name) => ({ name }));

const plain: Partial<Record<FieldTypeName, Record<string, Json>>> = {
  text: {},
  long_text: {},
  rich_text: {},
  email: {},
  url: {},
  phone: {},
  number: {},
  percent: { precision: 2 },
  currency: { precision: 2 },
  rating: { max: 10 },
  duration: {},
  checkbox: {},
  date: { format: 'eu' },
  datetime: { format: 'us' },
  time: {},
  single_select: { choices },
  multi_select: { choices },
  location: {},
  file: { multiple: true },
  image: {},
  color: {},
  json: {},
};

/** Two fields whose names want quotes, one field per type, a relation and a member. */
function fieldsOf(target: string): FieldInput[] {
  const named: FieldInput[] = Object.entries(plain).map(([type, options]) => ({
    name: type,
    type: type as FieldTypeName,
    options: options ?? {},
  }));
  return [
    { name: 'Key; with, "signs"', type: 'text', required: true },
    ...named,
    { name: 'links', type: 'relation', options: { target } },
    { name: 'member', type: 'user' },
  ];
}

export function createAllTypes(app: TestApp, name: string, target: string): Promise<TableSchema> {
  return createTable(app.core, systemActor, app.appId, { name, fields: fieldsOf(target) });
}

/** Values by field name; left out where there is none. */
export type Values = Readonly<Record<string, Json>>;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a,b', '"', 'two\nlines', 'two\r\nlines', 'cr\ronly', '=1+1', '\ufeffbom', ' x ', '0012', 'null'),
);
const instant = fc
  .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const cents = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 100);
const degree = (max: number) => fc.double({ min: -max, max, noNaN: true });
const place = fc.oneof(
  text,
  fc.record({ latitude: degree(90), longitude: degree(180) }),
  fc.record({ address: text, latitude: degree(90), longitude: degree(180), elements: fc.constant({ city: 'Ö' }) }),
);
const file = fc.record({ url: fc.webUrl(), filename: fc.constantFrom('a.pdf', 'ä,ö.txt'), size: fc.nat() });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const choice = fc.constantFrom(...choices.map(({ name }) => name));

/** Records to be made, with links to records 1 to 3. Not every text is one for its type: `makeRecords` drops those. */
export function valuesOf(ownerId: string): fc.Arbitrary<Values> {
  return fc.record({
    'Key; with, "signs"': fc.stringMatching(/^[a-z]{1,8}$/),
    text: some(text),
    long_text: some(text),
    rich_text: some(text),
    email: some(fc.constantFrom('Ada@example.com', 'b+c@example.org')),
    url: some(fc.webUrl()),
    phone: some(fc.constantFrom('+1 555 123 4567', '0123456')),
    number: some(fc.double({ min: -1e15, max: 1e15, noNaN: true })),
    percent: some(cents),
    currency: some(cents),
    rating: some(fc.integer({ min: 1, max: 10 })),
    duration: some(fc.double({ min: 0, max: 1e6, noNaN: true })),
    checkbox: some(fc.boolean()),
    date: some(instant.map((one) => one.slice(0, 10))),
    datetime: some(instant),
    time: some(fc.constantFrom('00:00:00', '23:59:59', '09:07:00')),
    single_select: some(choice),
    multi_select: some(fc.uniqueArray(choice, { minLength: 1 })),
    location: some(place),
    file: some(fc.array(file, { minLength: 1, maxLength: 3 })),
    image: some(file),
    color: some(fc.constantFrom('#fff', '#3366ff80')),
    json: some(fc.jsonValue()),
    links: fc.uniqueArray(fc.integer({ min: 1, max: 3 })),
    member: some(fc.constant(ownerId)),
  }) as fc.Arbitrary<Values>;
}

/** Makes one record. A blank text becomes no value: cells cannot tell the two apart. */
export async function makeRecord(app: TestApp, table: TableSchema, values: Values): Promise<void> {
  const input = Object.entries(values).flatMap(([name, value]) => {
    const field = table.fieldByName.get(name);
    if (field === undefined) throw new Error(`no field ${name}`);
    const isBlank = typeof value === 'string' && value.trim() === '';
    return isBlank || value === null ? [] : [[field, value] as const];
  });
  await createRecord(app.core, systemActor, table, input);
}
