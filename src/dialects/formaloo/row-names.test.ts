import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Core } from '../../core/context.ts';
import { createSubmissionCodes } from '../../core/forms/submission-code.ts';
import { createRecordSlugs } from '../../core/records/slug.ts';
import type { Form } from './form.ts';
import { namesOf, newNames } from './row-names.ts';

const key = Buffer.alloc(16, 7);
const core = {
  secrets: { slugs: createRecordSlugs(key), submissionCodes: createSubmissionCodes(key) },
} as unknown as Core;
const formWith = (number: number) => ({ table: { number } }) as unknown as Form;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('names are the same whether they are remembered or not, in the order of the rows', () => {
  const form = formWith(3);
  const expected = (ids: readonly number[]) => ids.map((id) => newNames(core, form, id));
  for (const ids of [[5, 2], [2, 9, 5], [9], upTo(500), [7, 7, 1], []]) {
    assert.deepEqual(namesOf(core, form, ids), expected(ids));
  }
});

test('rows of two forms that have the same id have names of their own', () => {
  const [first, second] = [formWith(4), formWith(5)];
  assert.deepEqual(namesOf(core, first, [1]), [newNames(core, first, 1)]);
  assert.deepEqual(namesOf(core, second, [1]), [newNames(core, second, 1)]);
});

test('what was forgotten because too much was shown is worked out again', () => {
  const form = formWith(6);
  for (let from = 0; from < 30_000; from += 100) {
    const ids = upTo(100).map((id) => from + id);
    assert.deepEqual(namesOf(core, form, ids).at(-1), newNames(core, form, from + 100));
  }
  assert.deepEqual(namesOf(core, form, [1, 30_000]), [newNames(core, form, 1), newNames(core, form, 30_000)]);
});
