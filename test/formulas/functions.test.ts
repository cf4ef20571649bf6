/** What formulas work out, and what they refuse: tables of cases over one record. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../../src/core/fields/field-type.ts';
import { formulaErrors } from '../../src/core/formulas/formula-value.ts';
import { formulaFunctions } from '../../src/core/formulas/functions/index.ts';
import { FormulaProblem } from '../../src/core/formulas/parse-formula.ts';
import { shownFor } from './formula-place.ts';

describe('every function', () => {
  for (const { name, syntax, examples } of formulaFunctions) {
    test(`${name} does what its documentation shows`, () => {
      assert.ok(syntax.startsWith(`${name}(`), syntax);
      for (const [formula, shown] of examples) assert.deepEqual(shownFor(formula), shown, formula);
    });
  }

  test('has a name of its own', () => {
    assert.equal(new Set(formulaFunctions.map(({ name }) => name)).size, formulaFunctions.length);
  });
});

const record = {
  Name: 'Lamp',
  Price: 19.9,
  Quantity: 3,
  Done: true,
  Day: '2026-03-05',
  At: '2026-03-05T09:07:11.042Z',
  Status: 'Open',
  Tags: ['new', 'hot'],
  'Unit.price': 5,
};

const cases: readonly (readonly [formula: string, shown: Json, values?: Readonly<Record<string, Json>>])[] = [
  ['{Price} * {Quantity}', 59.7],
  ['0.1 + 0.2', 0.3],
  ['1 + 2 * 3 - 4 / 2', 5],
  ['(1 + 2) * 3', 9],
  ['-{Quantity} % 2', 1],
  ['= 1 + 1', 2],
  ['{Unit.price} + 1', 6],
  ['{ Price }', 19.9],
  ['{id} * 2', 14],
  ['YEAR({created_at})', 2026],
  ['if({Done}, "yes", "no")', 'yes'],
  ['{Price} > 10 ? "dear" : "cheap"', 'dear'],
  ['{Price} > 10 and not {Done} or FALSE', false],
  ['{Price} > 10 && {Done}', true],
  ['!{Done} || TRUE', true],
  ['{Name} & " " & {Quantity}', 'Lamp 3'],
  ['"a\\"b"', 'a"b'],
  ['{Name} = "lamp"', false],
  ['LOWER({Name}) = "lamp"', true],
  ['{Name} <> "x"', true],
  ['{Name} != "Lamp"', false],
  ['{Status} = "Open"', true],
  ['JOIN({Tags})', 'new, hot'],
  ['JOIN({Tags}, "|")', 'new|hot'],
  ['COUNT({Tags})', 2],
  ['HAS({Tags}, "hot")', true],
  ['{Day} = "2026-03-05"', true],
  ['{At} > {Day}', true],
  ['{At} < "2026-03-05T10:00:00Z"', true],
  ['DATE_ADD({Day}, 1, "month")', '2026-04-05'],
  ['DATE_ADD({At}, 90, "minutes")', '2026-03-05T10:37:11.042Z'],
  ['DATE_DIFF({Day}, TODAY())', 0],
  ['DATE_DIFF({Day}, NOW(), "hours")', 12],
  ['NOW()', '2026-03-05T12:00:00.000Z'],
  ['TODAY()', '2026-03-05'],
  ['MAX({Day}, {At})', '2026-03-05T09:07:11.042Z'],
  ['IF({Done}, {Day}, {At})', '2026-03-05T00:00:00.000Z'],
  ['TEXT({At}, "D.M.YY HH:mm")', '5.3.26 09:07'],
  ['SWITCH({Status}, "Open", 1, "Paid", 2, 0)', 1],
  ['LEFT("😀é", 1)', '😀'],
  ['LEN("😀é")', 2],
  // Nothing stays nothing; beside a number it counts as 0.
  ['{Price} * {Quantity}', null, {}],
  ['{Price} - {Quantity}', 10, { Price: 10 }],
  ['{Price} * {Quantity}', 0, { Price: 10 }],
  ['{Price} = 0', false, {}],
  ['{Price} = BLANK()', true, {}],
  ['{Price} < 1', false, {}],
  ['{Price} != 1', true, {}],
  ['ROUND({Price})', null, {}],
  ['YEAR({Day})', null, {}],
  ['{Name} & "!"', '!', {}],
  ['{Name}', null, {}],
  ['{Name} = ""', true, {}],
  ['{Done} = FALSE', true, {}],
  ['IF({Done}, 1, 2)', 2, {}],
  ['COUNT({Tags})', 0, {}],
  ['ISBLANK({Tags})', true, {}],
  ['COALESCE({Price}, 5)', 5, {}],
  ['SUM({Price}, {Quantity})', 0, {}],
  ['AVERAGE({Price}, {Quantity})', null, {}],
  // Errors are values.
  ['{Price} / {Quantity}', '#DIV/0!', { Price: 1, Quantity: 0 }],
  ['1 / {Quantity}', '#DIV/0!', {}],
  ['5 % 0', '#DIV/0!'],
  ['"a" & 1 / 0', '#DIV/0!'],
  ['1 / 0 > 3', '#DIV/0!'],
  ['IF(TRUE, 1, 1 / 0)', 1],
  ['IF(1 / 0 > 1, 1, 2)', '#DIV/0!'],
  ['IFERROR(VALUE({Name}), -1)', -1],
  ['VALUE({Name})', '#VALUE!'],
  ['1e308 * 10', '#NUM!'],
  ['POWER(10, 400)', '#NUM!'],
  ['DATE_ADD(DATE(9999, 12, 31), 1, "day")', '#NUM!'],
  ['DATE_ADD({Day}, 1e300, "years")', '#NUM!'],
  ['REPEAT("abcdefghij", 1000000)', '#SIZE!'],
  ['SUBSTITUTE(REPEAT("a", 1000), "a", REPEAT("b", 1000))', '#SIZE!'],
];

describe('values', () => {
  for (const [formula, shown, values = record] of cases) {
    test(`${formula}  →  ${JSON.stringify(shown)}${values === record ? '' : `  for ${JSON.stringify(values)}`}`, () => {
      assert.deepEqual(shownFor(formula, values), shown);
    });
  }

  test('a number is rounded to the precision of its field', () => {
    assert.equal(shownFor('{Price} / 7', record, 2), 2.84);
    assert.equal(shownFor('1.005 * 1', record, 2), 1.01);
  });

  test('every error is documented', () => {
    for (const [, shown] of cases)
      if (typeof shown === 'string' && shown.startsWith('#')) assert.ok(Object.hasOwn(formulaErrors, shown), shown);
  });
});

const refusals: readonly (readonly [formula: string, at: number, message: RegExp])[] = [
  ['', -1, /must not be empty/],
  ['1 +', 3, /expected expression after \+/],
  ['1 2', 2, /expected an operator/],
  ['(1', 2, /unclosed \(/],
  ['"a', 2, /unclosed quote/],
  ['{Price', 0, /brace/],
  ['Price * 2', 0, /a field is written \{Price\}/],
  ['10 ^ 2', 3, /unexpected/],
  ['{Prise} * 2', 0, /no field "Prise" in Samples/],
  ['1 + {Nope.Total}', 4, /no field "Nope.Total"/],
  ['NOPE(1)', 0, /no function NOPE/],
  ['1 + LEFT()', 4, /LEFT does not take 0 values; it is written LEFT\(text, count\)/],
  ['IF(1, 2)', 3, /IF needs as value 1 a condition.*compare it/],
  ['{Name} * 2', 0, /\* needs a number, not \{Name\}, which is a text; VALUE/],
  ['{Name} + 1', 0, /& joins texts/],
  ['2 * {Tags}', 4, /list of texts; take one value/],
  ['{Tags}', 0, /list of texts is no result; JOIN/],
  ['{Name} = 1', 0, /= compares values of one type/],
  ['{Day} > {Name}', 0, /DATEVALUE/],
  ['{Day} > "soon"', 8, /"soon" is not a date/],
  ['{Done} > TRUE', 0, /no order/],
  ['IF({Done}, 1, "a")', 0, /results of IF must be of one type, not a number and a text/],
  ['{Place}', 0, /of type location and cannot be used/],
  ['{F1} + 1', 0, /uses this formula itself/],
  ['YEAR({Name})', 5, /YEAR needs as value 1 a date.*DATEVALUE/],
  ['{Name}.length', -1, /not part of the language|unexpected|cannot start/],
  ['this', 0, /not part of the language/],
  ['[1, 2]', 0, /not part of the language/],
  ['constructor(1)', 0, /no function CONSTRUCTOR/],
  ['1; 2', 3, /expected an operator/],
  ['9e999', 0, /too large/],
  [`${'('.repeat(200)}1${')'.repeat(200)} + ${'NOT '.repeat(150)}TRUE`, -1, /deep/],
  ['1 + '.repeat(1300), -1, /at most 5000/],
  [`SUM(${Array.from({ length: 150 }, () => '1,1,1,1,1,1,1').join()})`, -1, /more than 500 parts/],
];

describe('refusals', () => {
  for (const [formula, at, message] of refusals) {
    test(`${formula.slice(0, 40)}: ${message.source}`, () => {
      assert.throws(
        () => shownFor(formula, record),
        (error) => {
          assert.ok(error instanceof FormulaProblem, String(error));
          assert.match(error.message, message);
          if (at >= 0) assert.equal(error.at, at);
          return true;
        },
      );
    });
  }
});
