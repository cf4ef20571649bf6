/** Tables of what each type makes of what real clients send, and of what it says when it refuses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FieldTypeName, Refusal } from './field-type.ts';
import { parseFieldValue } from './parse-value.ts';
import { sampleField } from './sample-fields.ts';

interface Cases {
  readonly type: FieldTypeName;
  readonly options?: Record<string, unknown>;
  /** `[sent, canonical value]`. */
  readonly read: readonly (readonly [unknown, unknown])[];
  /** `[sent, what the message says]`. */
  readonly refused: readonly (readonly [unknown, RegExp])[];
}

const beyond = /beyond 2\^53/;
const notNumber = /must be a number/;
const colors = ['Red', 'Green', 'Blue'].map((name, index) => ({ id: `choice0${index}`, name }));
const place = { address: null, name: null, latitude: null, longitude: null, elements: {} };

const tables: readonly Cases[] = [
  {
    type: 'text',
    read: [
      ['  as sent \n', '  as sent \n'],
      ['', ''],
      [12.5, '12.5'],
      [false, 'false'],
      ['👩‍🚀', '👩‍🚀'],
    ],
    refused: [
      ['\ud800', /surrogate/],
      ['a\0b', /NUL/],
      [{}, /must be text/],
      [['a'], /must be text/],
      [NaN, /must be text/],
      ['x'.repeat(1_000_001), /at most 1000000/],
    ],
  },
  {
    type: 'text',
    options: { min_length: 2, max_length: 3, pattern: '\\p{L}+|👍*' },
    read: [
      ['ab', 'ab'],
      ['👍👍👍', '👍👍👍'],
      ['', null],
    ],
    refused: [
      ['a', /at least 2/],
      ['👍', /at least 2/],
      ['abcd', /at most 3/],
      ['a1', /must match the pattern/],
    ],
  },
  { type: 'long_text', read: [['a\r\nb', 'a\r\nb']], refused: [['\udfff', /surrogate/]] },
  {
    type: 'rich_text',
    read: [['<b onclick="x()">a</b>', '<b onclick="x()">a</b>']],
    refused: [[['<b>'], /must be text/]],
  },
  {
    type: 'email',
    read: [
      [' Ada.Lovelace+x@Example.co.uk ', 'Ada.Lovelace+x@Example.co.uk'],
      ['用户@例子.公司', '用户@例子.公司'],
      ['', null],
      ['  ', null],
    ],
    refused: [
      ['ada', /must be an e-mail address/],
      ['ada@example', /must be/],
      ['a b@example.com', /must be/],
      ['ada@-example.com', /must be/],
      ['ada@example..com', /must be/],
      ['Ada <ada@example.com>', /must be/],
      [`${'a'.repeat(65)}@example.com`, /must be/],
      [`a@${'b.'.repeat(200)}com`, /must be/],
      [`${'a@'.repeat(20_000)}`, /must be/],
    ],
  },
  {
    type: 'url',
    read: [
      [' https://example.com/ä?q=1 ', 'https://example.com/ä?q=1'],
      ['HTTP://EXAMPLE.COM', 'HTTP://EXAMPLE.COM'],
      ['mailto:ada@example.com', 'mailto:ada@example.com'],
      ['tel:+15551234567', 'tel:+15551234567'],
      ['myapp://screen/1', 'myapp://screen/1'],
      ['', null],
    ],
    refused: [
      ['example.com', /absolute URL/],
      ['localhost:3000', /absolute URL/],
      ['/path', /absolute URL/],
      ['http:example.com', /absolute URL/],
      ['https://', /absolute URL/],
      ['https://exa\nmple.com', /absolute URL/],
      ['JavaScript:alert(1)', /runs code/],
      ['data:text/html,<script>', /runs code/],
      ['java\nscript:alert(1)', /absolute URL/],
      ['javascript://x/%0aalert(1)', /runs code/],
    ],
  },
  {
    type: 'phone',
    read: [
      ['+1-123-4567', '+1-123-4567'],
      [' (020) 7946 0000 ext. 12 ', '(020) 7946 0000 ext. 12'],
      [15551234567, '15551234567'],
      ['۰۹۱۲۱۲۳۴۵۶۷', '۰۹۱۲۱۲۳۴۵۶۷'],
    ],
    refused: [
      ['1234', /5 to 20 digits/],
      ['1'.repeat(21), /5 to 20 digits/],
      ['call me 12345', /5 to 20 digits/],
      ['-'.repeat(40_000), /5 to 20 digits/],
    ],
  },
  {
    type: 'color',
    read: [
      ['#FFF', '#fff'],
      [' #3366FF80 ', '#3366ff80'],
    ],
    refused: [
      ['fff', /hex/],
      ['#ggg', /hex/],
      ['#12345', /hex/],
      ['red', /hex/],
    ],
  },
  {
    type: 'number',
    read: [
      ['19.9', 19.9],
      [' 5 ', 5],
      ['1e3', 1000],
      ['-.5', -0.5],
      ['5.', 5],
      ['', null],
      [-0, 0],
      ['-0', 0],
      [9007199254740991, 9007199254740991],
      [0.1 + 0.2, 0.1 + 0.2],
    ],
    refused: [
      [NaN, notNumber],
      [Infinity, beyond],
      [9007199254740992, beyond],
      ['9007199254740993', beyond],
      ['1e999', beyond],
      ['-1e16', beyond],
      ['0x10', notNumber],
      ['1,000', notNumber],
      ['NaN', notNumber],
      ['Infinity', notNumber],
      ['1_000', notNumber],
      ['12px', notNumber],
      ['9'.repeat(100_000), notNumber],
      [true, notNumber],
      [[1], notNumber],
    ],
  },
  {
    type: 'number',
    options: { precision: 2, min: -2, max: 100 },
    read: [
      [1.005, 1.01],
      [-1.005, -1.01],
      [1.004999, 1],
      [2.675, 2.68],
      [1e-7, 0],
      [-0.001, 0],
      [99.999, 100],
      [0.1 + 0.2, 0.3],
    ],
    refused: [
      [-2.01, /at least -2/],
      [100.01, /at most 100/],
    ],
  },
  {
    type: 'percent',
    read: [
      ['50 %', 50],
      ['12.5%', 12.5],
      [50, 50],
    ],
    refused: [
      ['%', notNumber],
      ['50%%', notNumber],
    ],
  },
  {
    type: 'currency',
    read: [
      ['19.995', 20],
      [19.9, 19.9],
    ],
    refused: [['$5', notNumber]],
  },
  {
    type: 'rating',
    read: [
      ['3', 3],
      [0, 0],
      [5.0, 5],
    ],
    refused: [
      [6, /from 0 to 5/],
      [-1, /from 0 to 5/],
      [3.5, /whole number/],
    ],
  },
  {
    type: 'duration',
    read: [
      ['90', 90],
      [0.5, 0.5],
    ],
    refused: [
      [-1, /seconds/],
      ['1:30', notNumber],
    ],
  },
  {
    type: 'autonumber',
    options: { prefix: 'INV-', digits: 5 },
    read: [
      [7, 'INV-00007'],
      ['INV-00007', 'INV-00007'],
      ['7', 'INV-00007'],
      ['INV-1234567', 'INV-1234567'],
    ],
    refused: [
      ['INV-', /number of a record/],
      [0, /number of a record/],
      ['INV-9999999999999999', /number of a record/],
    ],
  },
  {
    type: 'checkbox',
    read: [
      [true, true],
      ['TRUE', true],
      ['Yes', true],
      [' on ', true],
      ['1', true],
      [1, true],
      [false, false],
      ['no', false],
      ['OFF', false],
      [0, false],
      ['', null],
    ],
    refused: [
      ['maybe', /true or false/],
      [2, /true or false/],
      ['constructor', /true or false/],
      [[], /true or false/],
    ],
  },
  {
    type: 'date',
    read: [
      ['2024-02-29', '2024-02-29'],
      ['0001-01-01', '0001-01-01'],
      ['9999-12-31', '9999-12-31'],
      ['2024-02-28T23:30:00-08:00', '2024-02-28'],
      ['2024-02-28 10:00', '2024-02-28'],
      ['', null],
    ],
    refused: [
      ['2023-02-29', /YYYY-MM-DD/],
      ['1900-02-29', /YYYY-MM-DD/],
      ['0000-01-01', /YYYY-MM-DD/],
      ['2024-13-01', /YYYY-MM-DD/],
      ['2024-01-01T25:00', /YYYY-MM-DD/],
      ['2024-1-1', /YYYY-MM-DD/],
      ['01/02/2024', /YYYY-MM-DD/],
      [20240101, /YYYY-MM-DD/],
      ['2024-01-01x', /YYYY-MM-DD/],
    ],
  },
  {
    type: 'date',
    options: { format: 'eu' },
    read: [
      ['31/12/2024', '2024-12-31'],
      ['1.2.2024', '2024-02-01'],
      ['31/12/2024 10:00', '2024-12-31'],
      ['2024-12-31', '2024-12-31'],
    ],
    refused: [['12/31/2024', /DD\/MM\/YYYY/]],
  },
  {
    type: 'date',
    options: { format: 'us' },
    read: [['12/31/2024', '2024-12-31']],
    refused: [['31/12/2024', /MM\/DD\/YYYY/]],
  },
  {
    type: 'datetime',
    read: [
      ['2024-02-29T10:20:30.456Z', '2024-02-29T10:20:30.456Z'],
      ['2024-02-29T10:20:30Z', '2024-02-29T10:20:30.000Z'],
      ['2024-02-29T10:20:30', '2024-02-29T10:20:30.000Z'],
      ['2024-02-29T10:20Z', '2024-02-29T10:20:00.000Z'],
      ['2024-02-29T23:20:30.4567891-02:00', '2024-03-01T01:20:30.456Z'],
      ['2024-02-29T10:20:30+0530', '2024-02-29T04:50:30.000Z'],
      ['2024-02-29 10:20:30', '2024-02-29T10:20:30.000Z'],
      ['2024-02-29 10:20:30 +01', '2024-02-29T09:20:30.000Z'],
      ['2024-02-29', '2024-02-29T00:00:00.000Z'],
      ['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'],
      ['0050-06-01T00:00:00+01:00', '0050-05-31T23:00:00.000Z'],
      [0, '1970-01-01T00:00:00.000Z'],
      [1709202030456, '2024-02-29T10:20:30.456Z'],
    ],
    refused: [
      ['2024-02-30T10:20:30Z', /YYYY-MM-DDTHH:MM:SSZ/],
      ['2024-02-29T24:00:00Z', /must be a date and time/],
      ['2024-02-29T10:60:00Z', /must be/],
      ['2024-02-29T10:00:00.000+24:00', /must be/],
      ['0001-01-01T00:00:00+01:00', /must be/],
      ['9999-12-31T23:59:59-01:00', /must be/],
      ['1709202030456', /must be/],
      [8.64e15, /milliseconds/],
      [NaN, /milliseconds/],
      [true, /must be/],
      ['tomorrow', /must be/],
    ],
  },
  {
    type: 'datetime',
    options: { format: 'eu' },
    read: [['31/12/2024 10:05', '2024-12-31T10:05:00.000Z']],
    refused: [['12/31/2024 10:05', /DD\/MM\/YYYY/]],
  },
  {
    type: 'time',
    read: [
      ['09:05', '09:05:00'],
      ['9:05', '09:05:00'],
      ['23:59:59.9', '23:59:59'],
    ],
    refused: [
      ['24:00', /HH:MM/],
      ['9', /HH:MM/],
      [905, /HH:MM/],
    ],
  },
  {
    type: 'single_select',
    options: { choices: colors },
    read: [
      ['Red', 'Red'],
      [' green ', 'Green'],
      ['choice02', 'Blue'],
      [['Red'], 'Red'],
      [[], null],
      ['', null],
    ],
    refused: [
      ['Yellow', /must be one of "Red", "Green", "Blue"$/],
      ['__proto__', /must be one of/],
      [['Red', 'Blue'], /must be text/],
    ],
  },
  {
    type: 'single_select',
    options: { choices: Array.from({ length: 12 }, (_, index) => ({ name: `c${index}` })) },
    read: [],
    refused: [['x', /"c9" and 2 more$/]],
  },
  { type: 'single_select', read: [], refused: [['x', /no choices/]] },
  {
    type: 'multi_select',
    options: { choices: [...colors, { name: 'Red, really' }], max_choices: 3 },
    read: [
      [
        ['Blue', 'red', 'choice00', 'Blue'],
        ['Blue', 'Red'],
      ],
      ['Blue, Red', ['Blue', 'Red']],
      ['Red, really,Green,', ['Red, really', 'Green']],
      ['Red', ['Red']],
      [[], null],
      ['', null],
      [[null, ''], null],
    ],
    refused: [
      [['Red', 'x'], /must be one of/],
      ['Red; Blue', /must be one of/],
      [[['Red']], /must be text/],
      ['Red,Green,Blue,"Red, really"', /must be one of/],
      [['Red', 'Green', 'Blue', 'Red, really'], /at most 3/],
    ],
  },
  {
    type: 'location',
    read: [
      ['10 Downing Street', { ...place, address: '10 Downing Street' }],
      ['51.5, -0.12', { ...place, latitude: 51.5, longitude: -0.12 }],
      [
        { latitude: '1', longitude: 2 },
        { ...place, latitude: 1, longitude: 2 },
      ],
      [
        { fullAddress: 'A', name: 'N', coordinates: { latitude: 1, longitude: 2 }, addressElements: { city: 'C' } },
        { address: 'A', name: 'N', latitude: 1, longitude: 2, elements: { city: 'C' } },
      ],
      [
        { fullAddress: 'A', coordinates: null },
        { ...place, address: 'A' },
      ],
      [{}, null],
      [{ address: null, elements: {} }, null],
      ['', null],
    ],
    refused: [
      ['91,0', /latitude between -90 and 90/],
      [{ latitude: 1, longitude: 181 }, /longitude between -180 and 180/],
      [{ latitude: 1 }, /both latitude and longitude/],
      [{ latitude: 'x', longitude: 1 }, /latitude/],
      [{ adress: 'A' }, /key "adress"/],
      [{ address: {} }, /address that is text/],
      [{ elements: [] }, /object in elements/],
      [12, /must be a place/],
    ],
  },
  {
    type: 'relation',
    options: { target: 'customers' },
    read: [
      [
        [3, '1', 3],
        [1, 3],
      ],
      [7, [7]],
      ['7', [7]],
      ['7, 2', [2, 7]],
      ['', []],
      [null, []],
      [[], []],
    ],
    refused: [
      [[0], /record ids/],
      [[1.5], /record ids/],
      [['a'], /record ids/],
      [[null], /record ids/],
      [2 ** 53, /record ids/],
      ['1,,2', /record ids/],
      [{ id: 1 }, /record ids/],
      [Array.from({ length: 10_001 }, (_, index) => index + 1), /at most 10000/],
    ],
  },
  {
    type: 'relation',
    options: { target: 'customers', cardinality: 'one' },
    read: [[[5, 5], [5]]],
    refused: [[[1, 2], /at most one record/]],
  },
  {
    type: 'user',
    read: [
      ['abcdefgh12345678', 'abcdefgh12345678'],
      [' Ada@Example.com ', 'ada@example.com'],
    ],
    refused: [['ada', /id or the e-mail address/]],
  },
  {
    type: 'json',
    read: [
      [{ a: [1, null, 'x'] }, { a: [1, null, 'x'] }],
      [' [1, {"a": 2}] ', [1, { a: 2 }]],
      ['[draft]', '[draft]'],
      ['12', '12'],
      [0, 0],
      [false, false],
      ['', null],
    ],
    refused: [
      [{ a: { b: '\ud800' } }, /surrogate/],
      [{ '\ud800': 1 }, /surrogate/],
      [[NaN], /must be JSON/],
      [{ a: undefined }, /must be JSON/],
      [new Date(), /must be JSON/],
      [`${'['.repeat(101)}${']'.repeat(101)}`, /deeper than 100/],
      ['x'.repeat(999_999), /at most 1000000/],
      [new Array(600_000).fill(1), /at most 1000000/],
    ],
  },
  {
    type: 'password',
    read: [
      [' secret ', ' secret '],
      ['', null],
    ],
    refused: [
      [12345, /must be text/],
      ['x'.repeat(1025), /1 to 1024/],
      ['\ud800', /must be text/],
    ],
  },
  { type: 'created_at', read: [['2024-01-01', '2024-01-01T00:00:00.000Z']], refused: [['x', /date and time/]] },
  {
    type: 'updated_by',
    read: [['abcdefgh12345678', 'abcdefgh12345678']],
    refused: [['ada@example.com', /id of a user/]],
  },
];

for (const { type, options, read, refused } of tables) {
  describe(`${type} ${options === undefined ? '' : JSON.stringify(options).slice(0, 80)}`, () => {
    const field = sampleField(type, options);
    for (const [sent, expected] of read) {
      it(`reads ${shown(sent)} as ${shown(expected)}`, () => {
        assert.deepStrictEqual(parseFieldValue(field, sent), expected);
      });
    }
    for (const [sent, message] of refused) {
      it(`refuses ${shown(sent)}`, () => {
        const answer = parseFieldValue(field, sent);
        assert.ok(answer instanceof Refusal, `read as ${shown(answer)}`);
        assert.match(answer.message, message);
      });
    }
  });
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

describe('json with prototype names', () => {
  it('keeps them as data and changes no prototype', () => {
    const field = sampleField('json');
    const sent: unknown = JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": {"prototype": 1}}');
    const value = parseFieldValue(field, sent);
    assert.equal(JSON.stringify(value), '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}');
    assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });
});

describe('select fields', () => {
  const before = sampleField('multi_select', { choices: colors });
  const parse = (sent: unknown) => parseFieldValue(before, sent);

  it('show a renamed choice under its new name and drop one that is gone', async () => {
    const { fieldTypes } = await import('./index.ts');
    const stored = fieldTypes.multi_select.toStored(parse(['Red', 'Green']) as string[], before);
    const after = sampleField('multi_select', { choices: [{ id: 'choice00', name: 'Crimson' }] });
    assert.deepStrictEqual(fieldTypes.multi_select.fromStored(stored, after), ['Crimson']);
    const single = sampleField('single_select', { choices: [{ id: 'choice00', name: 'Crimson' }] });
    assert.equal(fieldTypes.single_select.fromStored('choice00', single), 'Crimson');
    assert.equal(fieldTypes.single_select.fromStored('choice01', single), null);
  });
});
