/** What every field type promises, run over all of them with whatever a client may send. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { type Field, type FieldTypeName, fieldTypeNames, type Json, Refusal } from './field-type.ts';
import { fieldTypes } from './index.ts';
import { storedToJson } from './parse-value.ts';
import { sampleFields } from './sample-fields.ts';

const ajv = new Ajv2020({ strictTypes: false });
addFormats.default(ajv);

/** Types whose text form drops something (parts of a place, what is known of a file, the type inside JSON) or everything (passwords). */
const lossyAsText = new Set<FieldTypeName>(['json', 'location', 'file', 'image', 'password']);

function deep(levels: number): unknown {
  let value: unknown = null;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

const cyclic: Record<string, unknown> = {};
cyclic.self = [cyclic, cyclic];

const hostile: readonly unknown[] = [
  undefined,
  NaN,
  Infinity,
  -Infinity,
  -0,
  2 ** 53,
  -(2 ** 53),
  1e308,
  5e-324,
  10n,
  Symbol('s'),
  () => 1,
  new Date(NaN),
  new Map(),
  '\ud800',
  'a\udc00b',
  '\0',
  '__proto__',
  'constructor',
  'toString',
  ' ',
  '\u2028',
  '0x10',
  '1,000',
  '1e999',
  '-',
  '.',
  '١٢٣٤٥',
  '9'.repeat(500),
  'x'.repeat(1_000_001),
  '['.repeat(10_000),
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  ','.repeat(20_000),
  [],
  {},
  [[]],
  [null],
  [undefined],
  [''],
  new Array(20_000).fill(1),
  Object.create(null),
  Object.create({ lat: 1 }),
  JSON.parse('{"__proto__": {"lat": 1}, "constructor": 1}'),
  JSON.parse('{"coordinates": {"coordinates": {"lat": 1, "lng": 2}}}'),
  { toString: null, valueOf: 1 },
  { toJSON: 1 },
  deep(10_000),
  cyclic,
  { latitude: '\ud800' },
  { name: { toString: 'x' } },
];

const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((codes) => String.fromCharCode(...codes));
const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
const day = fc
  .tuple(fc.integer({ min: 0, max: 9999 }), two(13), two(32))
  .map(([year, month, date]) => `${String(year).padStart(4, '0')}-${month}-${date}`);
const clock = fc.tuple(two(24), two(60), two(60)).map((parts) => parts.join(':'));
const offset = fc.constantFrom('', 'Z', '+02:00', '-1130', ' +05', '.5Z', '.123456789', '+24:00');

/** Texts that some type reads, or nearly. */
const likelyText = fc.oneof(
  day,
  clock,
  fc.tuple(day, fc.constantFrom('T', ' ', 't'), clock, offset).map((parts) => parts.join('')),
  fc.tuple(two(32), two(13), fc.integer({ min: 1000, max: 9999 })).map((parts) => parts.join('/')),
  fc.double({ noNaN: true }).map(String),
  fc
    .tuple(fc.double({ min: -200, max: 200, noNaN: true }), fc.double({ min: -200, max: 200, noNaN: true }))
    .map(String),
  fc.emailAddress(),
  fc.webUrl(),
  fc.stringMatching(/^ ?\+?[0-9 ().-]{3,24}( ext \d+)?$/),
  fc.stringMatching(/^#[0-9a-fA-F]{2,9}$/),
  fc.stringMatching(/^[0-9A-Za-z]{16}$/),
  fc.stringMatching(/^(INV-|2026 )?\d{1,6}$/),
  fc.stringMatching(/^\d{1,3}( ?, ?\d{1,3}){0,4}%?$/),
  fc.constantFrom(
    'true',
    'NO',
    'on',
    '[1, {"a": 2}]',
    'Yes, always',
    'yes, ALWAYS, no',
    'red',
    'RED',
    'Red, deep blue',
    'cccccccc',
    'up, now',
  ),
  units,
  fc.string(),
);
const input: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: likelyText },
  fc.integer(),
  fc.integer({ min: -3, max: 12 }),
  fc.double(),
  fc.double({ min: -100, max: 100 }),
  fc.integer({ min: -62_135_596_800_001, max: 253_402_300_800_001 }),
  fc.boolean(),
  fc.array(fc.oneof(likelyText, fc.integer({ min: 1, max: 9 })), { maxLength: 4 }),
  fc.subarray(['Red', 'red', 'Deep blue', 'constructor', '12', 'Yes, always', 'No']),
  fc.record(
    {
      address: likelyText,
      name: units,
      latitude: fc.double({ min: -91, max: 91 }),
      longitude: fc.double({ min: -181, max: 181 }),
      elements: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
  fc.object({ key: fc.oneof(units, fc.constantFrom('__proto__', 'constructor', 'prototype', 'lat')) }),
  fc.constantFrom(...hostile),
);

function isStored(value: unknown): boolean {
  return value === null || typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

/** JSON has no -0 and no order of keys. */
function same(actual: unknown, expected: unknown, message: string): void {
  assert.deepStrictEqual(JSON.parse(JSON.stringify(actual)), JSON.parse(JSON.stringify(expected)), message);
}

/** Everything that holds for a value which the field accepts. */
function checkAccepted(field: Field, value: Json, isSchemaValue: boolean): void {
  const type = fieldTypes[field.type];
  const again = type.parse(value, field);
  same(again, value, 'reading a canonical value again gives it back');

  if (type.storage !== 'links' && !type.isHidden) {
    const stored = type.toStored(value, field);
    assert.ok(isStored(stored), `stored form ${String(stored)}`);
    if (type.storage === 'integer' || type.storage === 'boolean')
      assert.ok(stored === null || Number.isSafeInteger(stored));
    if (type.isStoredAsIs) assert.equal(stored, value);
    same(type.fromStored(stored, field), value, 'what was stored is read back');
    same(storedToJson(field, stored), value, 'what was stored is shown');
  }

  const text = type.toText(value, field);
  assert.equal(typeof text, 'string');
  assert.ok(text.isWellFormed());
  const emptied = type.storage === 'links' ? [] : null;
  if (value === null) assert.equal(text, '');
  else if (!lossyAsText.has(field.type))
    same(type.parse(text, field) ?? emptied, value, `the text ${text} reads as the value`);

  if (isSchemaValue && value !== null) {
    const validate = validatorOf(field);
    assert.ok(validate(value), `${JSON.stringify(value)}: ${ajv.errorsText(validate.errors)}`);
  }
}

const validators = new Map<Field, ReturnType<typeof ajv.compile>>();
function validatorOf(field: Field) {
  const known = validators.get(field) ?? ajv.compile(fieldTypes[field.type].jsonSchema(field));
  validators.set(field, known);
  return known;
}

/** Where the schema is narrower than what is read: addresses and URLs beyond ASCII, an e-mail address in place of a user id. */
const narrowSchemas = new Set<FieldTypeName>(['email', 'url', 'user']);

describe('the list of field types', () => {
  it('has every type under its own name', () => {
    for (const name of fieldTypeNames) assert.equal(fieldTypes[name].name, name);
    assert.equal(Object.keys(fieldTypes).length, fieldTypeNames.length);
  });

  it('ties read-only, system storage and system columns together', () => {
    for (const type of Object.values(fieldTypes)) {
      assert.equal(type.systemColumn !== undefined, type.storage === 'system', type.name);
      if (type.storage === 'system') assert.ok(type.isReadOnly, type.name);
      if (type.canBeUnique) assert.ok(type.comparison !== null && !type.isReadOnly, type.name);
    }
  });
});

for (const field of sampleFields) {
  const type = fieldTypes[field.type];
  describe(`${field.type} ${JSON.stringify(field.options)}`, () => {
    it('has an example that is canonical and fits its JSON Schema', () => {
      const example = type.example(field);
      if (example === null) {
        assert.ok(field.options.pattern !== undefined, 'only a pattern may leave the example open');
        return;
      }
      assert.deepStrictEqual(type.parse(example, field), example);
      checkAccepted(field, example, true);
    });

    it('reads nothing as the empty value', () => {
      const empty = type.storage === 'links' ? [] : null;
      assert.deepStrictEqual(type.parse(null, field), empty);
      assert.deepStrictEqual(type.parse(undefined, field), empty);
      assert.equal(type.toText(empty, field), '');
      if (type.storage !== 'links') assert.equal(type.toStored(null, field), null);
      assert.deepStrictEqual(type.fromStored(null, field), empty);
      assert.ok(['', null].includes(type.parse('', field) as string | null) || type.storage === 'links');
    });

    it('answers a value or a refusal for anything, and keeps its promises for every value', () => {
      for (const value of hostile) type.parse(value, field);
      fc.assert(
        fc.property(input, (sent) => {
          const value = type.parse(sent, field);
          if (value instanceof Refusal) assert.match(value.message, /^(must|has) /);
          else checkAccepted(field, value, !narrowSchemas.has(field.type));
        }),
        { numRuns: 400 },
      );
    });
  });
}
