import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cellText, cellValue } from './cell-text.ts';
import { type Field, type Json, Refusal } from './field-type.ts';
import { fieldTypes } from './index.ts';
import { sampleField, sampleFields } from './sample-fields.ts';

const writable = sampleFields.filter(({ type }) => !fieldTypes[type].isReadOnly && !fieldTypes[type].isHidden);

const names = ['Red', 'red', 'Deep blue', 'constructor', '12', 'made', 'up, now', 'Yes, always', 'No'];
const place = fc.record(
  {
    address: fc.string(),
    name: fc.string(),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    elements: fc.dictionary(fc.string(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const reference = fc.record(
  { url: fc.webUrl(), filename: fc.string(), size: fc.nat() },
  { requiredKeys: ['url'] },
) as fc.Arbitrary<unknown>;

/** What some type reads. */
const input = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(...names),
  fc.subarray(names, { minLength: 1 }),
  fc.emailAddress(),
  fc.webUrl(),
  fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.stringMatching(/^\d\d:\d\d:\d\d$/),
  fc.stringMatching(/^#[0-9a-f]{6}$/),
  fc.stringMatching(/^\+?[0-9 ]{6,14}$/),
  fc.stringMatching(/^[0-9A-Za-z]{16}$/),
  fc.array(fc.integer({ min: 1, max: 99 })),
  place,
  reference,
  fc.array(reference, { maxLength: 3 }),
);

function throughCell(field: Field, value: Json): Json | Refusal {
  return fieldTypes[field.type].parse(cellValue(field.type, cellText(field, value)), field);
}

describe('a value in a cell', () => {
  for (const field of writable) {
    const type = fieldTypes[field.type];
    it(`is read back as the same value: ${field.type} ${JSON.stringify(field.options).slice(0, 60)}`, () => {
      const values = fc.oneof(
        fc.constant(type.example(field)),
        input.map((sent) => type.parse(sent, field)).filter((value) => !(value instanceof Refusal)),
      ) as fc.Arbitrary<Json>;
      fc.assert(
        fc.property(values, (made) => {
          // As the column gives it back.
          const value = JSON.parse(JSON.stringify(made)) as Json;
          const text = cellText(field, value);
          // A blank cell is no value: the one thing that cells cannot tell apart.
          if (value === null || text.trim() === '') return;
          if (type.refersTo === 'files' && !text.startsWith('{') && !text.startsWith('[')) return;
          assert.deepEqual(throughCell(field, value), value);
        }),
        { numRuns: 200 },
      );
    });
  }

  it('is what a person would write, wherever that says everything', () => {
    const colors = sampleField('multi_select', { choices: [{ name: 'Red' }, { name: 'Blue' }, { name: 'Red, Blue' }] });
    assert.equal(cellText(colors, ['Blue', 'Red']), 'Blue, Red');
    assert.equal(cellText(colors, ['Red', 'Blue']), '["Red","Blue"]');
    assert.equal(cellText(sampleField('json'), 'hello'), 'hello');
    assert.equal(cellText(sampleField('json'), '5'), '"5"');
    assert.equal(cellText(sampleField('json'), 5), '5');
    const address = { address: '1 Road', name: null, latitude: null, longitude: null, elements: {} };
    assert.equal(cellText(sampleField('location'), address), '1 Road');
    assert.match(cellText(sampleField('location'), { ...address, latitude: 1, longitude: 2 }), /^\{"address"/);
  });

  it('of an uploaded file is its address', () => {
    const file = fieldTypes.file.example(sampleField('file'));
    assert.match(cellText(sampleField('file'), file), /^\/files\/[^{]*$/);
  });
});
