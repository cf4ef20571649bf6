/** What holds for every formula and every record: no throw, one meaning for value, filter and sort, every page complete. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { systemActor } from '../../src/core/context.ts';
import { createField } from '../../src/core/fields/create-field.ts';
import type { Json } from '../../src/core/fields/field-type.ts';
import { formulaErrors } from '../../src/core/formulas/formula-value.ts';
import { formulaFunctions } from '../../src/core/formulas/functions/index.ts';
import { FormulaProblem } from '../../src/core/formulas/parse-formula.ts';
import { batchRecords } from '../../src/core/records/batch-records.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { formulaOf, shownFor } from './formula-place.ts';

const leaf = fc.oneof(
  fc.constantFrom('{Name}', '{Price}', '{Quantity}', '{Done}', '{Day}', '{At}', '{Status}', '{Tags}', '{Unit.price}'),
  fc.constantFrom(
    'TRUE',
    'FALSE',
    'BLANK()',
    'TODAY()',
    'NOW()',
    '""',
    '"2026-03-05"',
    '"months"',
    '"0.00"',
    '0',
    '1',
    '-1',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(Math.abs(value))),
  fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text)),
);
const operators = ['+', '-', '*', '/', '%', '&', '=', '!=', '<', '<=', '>', '>=', 'AND', 'OR'];
const names = formulaFunctions.map(({ name }) => name);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('expression'), fc.constantFrom(...operators), tie('expression'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc
      .tuple(fc.constantFrom(...names), fc.array(tie('expression'), { maxLength: 4 }))
      .map(([name, args]) => `${name}(${args.join(', ')})`),
    fc.tuple(fc.constantFrom('-', 'NOT '), tie('expression')).map((parts) => parts.join('')),
  ),
}));

const day = fc
  .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const number = fc.double({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1, noNaN: true });
const values = fc.record<Record<string, Json>>(
  {
    Name: text,
    Price: fc.oneof(fc.integer({ min: -3, max: 3 }), number),
    Quantity: fc.oneof(fc.integer({ min: -3, max: 3 }), number),
    Done: fc.boolean(),
    Day: day.map((iso) => iso.slice(0, 10)),
    At: day,
    Status: fc.constantFrom('Open', 'Paid'),
    Tags: fc.subarray(['new', 'hot']),
  },
  { requiredKeys: [] },
);

function isRefused(formula: string): boolean {
  try {
    formulaOf(formula);
    return false;
  } catch (error) {
    assert.ok(error instanceof FormulaProblem, `${formula}: ${String(error)}`);
    return true;
  }
}

describe('any formula over any record', () => {
  test('is refused with a problem or shows a value of its type, an error or nothing', () => {
    let shown = 0;
    fc.assert(
      fc.property(expression, fc.array(values, { minLength: 1, maxLength: 5 }), (formula, records) => {
        if (isRefused(formula)) return;
        const { result } = formulaOf(formula)[1];
        for (const record of records) {
          const value = shownFor(formula, record);
          shown += 1;
          if (value === null || (typeof value === 'string' && Object.hasOwn(formulaErrors, value))) continue;
          const type = result === 'number' || result === 'boolean' ? result : 'string';
          assert.equal(typeof value, type, formula);
          if (typeof value === 'number') assert.ok(Number.isFinite(value), formula);
          if (typeof value === 'string') assert.ok(value.length <= 20_000 && value !== '', formula);
          if (result === 'date') assert.match(String(value), /^\d{4}-\d\d-\d\d$/, formula);
          if (result === 'datetime') assert.match(String(value), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, formula);
        }
      }),
      { numRuns: 2500 },
    );
    assert.ok(shown > 500, 'enough formulas are well typed');
  });

  test('of any text is refused with a problem or understood', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 40 }),
          fc
            .array(fc.constantFrom(...'{}()"\'\\,.+-*/&=<>!?:;[] 1aA^%|'), { maxLength: 30 })
            .map((all) => all.join('')),
        ),
        (formula) => {
          isRefused(formula);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('value, filter and sort have one meaning', () => {
  const rows = 1_500;
  let app: TestApp;
  let table: TableSchema;
  const formulas: readonly (readonly [name: string, expression: string])[] = [
    ['Ratio', '{Price} / {Quantity}'],
    ['Label', 'IF({Quantity} = 0, 1 / 0 & "", {Name} & {Quantity})'],
    ['Fits', 'SQRT({Price}) > {Quantity}'],
    ['Due', 'DATE_ADD({Day}, {Quantity}, "years")'],
    ['Again', 'ROUND({Ratio}, 1) * 2'],
  ];

  before(async () => {
    app = await startTestApp();
    table = await app.makeTable([
      { name: 'Name', type: 'text' },
      { name: 'Price', type: 'number' },
      { name: 'Quantity', type: 'number' },
      { name: 'Day', type: 'date' },
    ]);
    const samples = fc.sample(values, { seed: 7, numRuns: rows });
    for (let from = 0; from < rows; from += 500) {
      const create = samples.slice(from, from + 500).map((record) =>
        table.fields.flatMap((field) => {
          const value = record[field.name];
          return value === undefined
            ? []
            : [[field, field.name === 'Quantity' ? Math.round(Number(value)) % 4 : value] as const];
        }),
      );
      await batchRecords(app.core, systemActor, table, { create, update: [], delete: [] });
    }
    for (const [name, formula] of formulas) {
      await createField(app.core, systemActor, table, { name, type: 'formula', options: { expression: formula } });
    }
  });
  after(() => app.close());

  interface Shown {
    readonly id: number;
    readonly fields: Readonly<Record<string, Json>>;
  }

  async function query(body: object): Promise<{ data: readonly Shown[]; next: string | null; count?: number }> {
    const path = `/api/v1/tables/${table.id}/records/query`;
    const answer = await app.request('POST', path, { key: app.keys.native, body });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  async function everything(body: object, limit = 100): Promise<Shown[]> {
    const all: Shown[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await query({ ...body, limit, ...(cursor === undefined ? {} : { cursor }) });
      all.push(...page.data);
      cursor = page.next;
    }
    return all;
  }

  const isError = (value: Json | undefined): boolean =>
    typeof value === 'string' && Object.hasOwn(formulaErrors, value);
  /** As filters and sorts see it. */
  const seen = (value: Json | undefined): Json => (isError(value) ? null : (value ?? null));

  function compare(a: Json, b: Json): number {
    if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
    if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
    return Number(a) - Number(b);
  }

  for (const [name] of formulas) {
    for (const sign of ['', '-']) {
      test(`pages sorted by ${sign}${name} hold every record once, in the order of what is shown`, async () => {
        const all = await everything({ sort: [`${sign}${name}`] });
        assert.equal(all.length, rows);
        assert.equal(new Set(all.map(({ id }) => id)).size, rows);
        for (const [index, record] of all.entries()) {
          const before = all[index - 1];
          if (before === undefined) continue;
          const order = compare(seen(before.fields[name]), seen(record.fields[name])) || before.id - record.id;
          assert.ok(sign === '' ? order < 0 : order > 0, `${before.id} before ${record.id}`);
        }
      });
    }

    test(`filters on ${name} find what is shown`, async () => {
      const all = await everything({}, 1000);
      const expect = async (filter: object, holds: (value: Json) => boolean) => {
        const found = await everything({ filter: { [name]: filter } }, 1000);
        const wanted = all.filter(({ fields }) => holds(seen(fields[name]))).map(({ id }) => id);
        assert.deepEqual(
          found.map(({ id }) => id),
          wanted,
          JSON.stringify(filter),
        );
        const counted = await query({ filter: { [name]: filter }, limit: 1, count: true });
        assert.equal(counted.count, wanted.length);
      };
      assert.ok(
        all.some(({ fields }) => isError(fields[name])),
        'errors are among them',
      );
      await expect({ is_null: true }, (value) => value === null);
      await expect({ is_null: false }, (value) => value !== null);
      const some = all.map(({ fields }) => seen(fields[name])).filter((value) => value !== null);
      for (const value of [some[0], some[7], some[21]]) {
        if (value === undefined || value === null) continue;
        await expect({ eq: value }, (one) => one === value);
        await expect({ ne: value }, (one) => one !== value);
        await expect({ in: [value] }, (one) => one === value);
        if (typeof value === 'boolean') continue;
        await expect({ gt: value }, (one) => one !== null && compare(one, value) > 0);
        await expect({ lte: value }, (one) => one !== null && compare(one, value) <= 0);
      }
    });
  }
});
