import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { addChoices, choicesOf, keepChoiceIds, newChoiceNames } from './choices.ts';
import type { FieldTypeName, Json } from './field-type.ts';
import { isEmpty, parseFieldValue, storedToJson, validateOptions } from './parse-value.ts';
import { sampleField } from './sample-fields.ts';

function issuesOf(type: FieldTypeName, options: unknown): string[] {
  try {
    validateOptions(type, options);
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'body_invalid');
    return error.issues.map((issue) => `${issue.field} ${issue.message}`);
  }
  return [];
}

describe('validateOptions', () => {
  it('fills in defaults and lets null unset an option', () => {
    assert.deepStrictEqual(validateOptions('currency', {}), { code: 'USD', precision: 2 });
    assert.deepStrictEqual(validateOptions('number', { min: null, max: 3 }), { max: 3 });
    assert.deepStrictEqual(validateOptions('checkbox', null), {});
    assert.deepStrictEqual(validateOptions('rating', undefined), { max: 5 });
  });

  it('does not change what it was given', () => {
    const given = { choices: [{ name: ' A ' }] };
    validateOptions('single_select', given);
    assert.deepStrictEqual(given, { choices: [{ name: ' A ' }] });
  });

  const refused: readonly (readonly [FieldTypeName, unknown, readonly RegExp[]])[] = [
    ['number', { precison: 1 }, [/^options\.precison is not an option$/]],
    ['number', { precision: 11 }, [/^options\.precision must/]],
    ['number', { min: 'x', max: true }, [/^options\.min must/, /^options\.max must/]],
    ['number', { min: 3, max: 1 }, [/^options\.min must not be more than max$/]],
    ['text', { min_length: 3, max_length: 1 }, [/^options\.min_length must not/]],
    ['text', { pattern: '(' }, [/^options\.pattern must be a valid regular expression$/]],
    ['text', { pattern: '(a)\\1' }, [/^options\.pattern must not use back references/]],
    ['currency', { code: 'euro' }, [/^options\.code /]],
    ['date', { format: 'uk' }, [/^options\.format must be "iso" or "eu" or "us"$/]],
    ['checkbox', { a: 1 }, [/^options\.a is not an option$/]],
    [
      'single_select',
      { choices: [{ name: 'A' }, { nme: 'B' }] },
      [/^options\.choices\[1\]\.nme is not/, /^options\.choices\[1\] must have/],
    ],
    [
      'single_select',
      { choices: [{ name: 'A' }, { name: 'A ' }] },
      [/^options\.choices must have different names: "A"/],
    ],
    ['single_select', { choices: [{ name: ' ' }] }, [/^options\.choices must have names/]],
    [
      'single_select',
      {
        choices: [
          { id: 'aaaaaaaa', name: 'A' },
          { id: 'aaaaaaaa', name: 'B' },
        ],
      },
      [/different ids/],
    ],
    ['single_select', { choices: [{ id: 'short', name: 'A' }] }, [/^options\.choices\[0\]\.id /]],
    ['single_select', { choices: [{ name: '\ud800' }] }, [/^options\.choices\[0\]\.name must be valid Unicode/]],
    ['single_select', { choices: 'A,B' }, [/^options\.choices must be array/]],
    ['multi_select', { min_choices: 3, max_choices: 2 }, [/^options\.min_choices /]],
    ['relation', {}, [/^options\.target must be the id of a table$/]],
    ['text', [], [/^options must be an object$/]],
    ['text', 'x', [/^options must be an object$/]],
    ['text', JSON.parse('{"__proto__": {"max_length": 1}}'), [/^options must not have a key like this$/]],
    ['text', { max_length: NaN }, [/^options\.max_length must be JSON$/]],
  ];
  for (const [type, options, expected] of refused) {
    it(`names the option that is wrong: ${type} ${JSON.stringify(options)}`, () => {
      const issues = issuesOf(type, options);
      assert.equal(issues.length, expected.length, issues.join('; '));
      for (const form of expected)
        assert.ok(
          issues.some((issue) => form.test(issue)),
          `${String(form)} in ${issues.join('; ')}`,
        );
    });
  }

  it('refuses options nested 10,000 levels deep without running out of stack', () => {
    let foreign: Json = {};
    for (let level = 0; level < 10_000; level += 1) foreign = { a: foreign };
    assert.match(issuesOf('single_select', { choices: [{ name: 'A', foreign }] }).join(), /nested deeper/);
  });
});

describe('choices', () => {
  const options = validateOptions('single_select', {
    choices: [{ name: 'A' }, { id: 'bbbbbbbb', name: 'B', color: '#fff' }],
  });
  const field = { ...sampleField('single_select'), options };

  it('get ids of eight characters and keep those they have', () => {
    assert.match(choicesOf(field)[0]?.id ?? '', /^[0-9A-Za-z]{8}$/);
    assert.deepStrictEqual(choicesOf(field)[1], { id: 'bbbbbbbb', name: 'B', color: '#fff' });
  });

  it('keep their ids when the names are sent again', () => {
    const next = keepChoiceIds(choicesOf(field), [{ name: 'B' }, { name: 'C' }, { name: 'A' }]);
    assert.deepStrictEqual(
      next.map((one) => one.id),
      ['bbbbbbbb', undefined, choicesOf(field)[0]?.id],
    );
    const renamed = keepChoiceIds(choicesOf(field), [{ id: 'bbbbbbbb', name: 'A' }, { name: 'B' }]);
    assert.deepStrictEqual(renamed, [{ id: 'bbbbbbbb', name: 'A' }, { name: 'B' }]);
  });

  it('can be added for names that are new, once each', () => {
    assert.deepStrictEqual(newChoiceNames(field, ' New '), ['New']);
    assert.deepStrictEqual(newChoiceNames(field, 'a'), []);
    const multi = { ...sampleField('multi_select'), options };
    assert.deepStrictEqual(newChoiceNames(multi, ['x', 'B', 'x', '', null, '\ud800']), ['x']);
    assert.deepStrictEqual(newChoiceNames(multi, 'x, B, y'), ['x', 'y']);
    const grown = { ...multi, options: addChoices(multi.options, ['x', 'y']) };
    assert.deepStrictEqual(parseFieldValue(grown, 'x, B, y'), ['x', 'B', 'y']);
    assert.deepStrictEqual(newChoiceNames(multi, ['m', 'M']), ['m']);
  });
});

describe('isEmpty and storedToJson', () => {
  it('tell an answer from none', () => {
    for (const value of [null, '', []] as Json[]) assert.equal(isEmpty(value), true);
    for (const value of [0, false, ' ', [0], {}] as Json[]) assert.equal(isEmpty(value), false);
  });

  it('show stored values in canonical form, and a password never', () => {
    assert.equal(storedToJson(sampleField('checkbox'), 1), true);
    assert.equal(storedToJson(sampleField('number'), 1.5), 1.5);
    assert.equal(storedToJson(sampleField('password'), '$argon2id$…'), null);
  });
});
