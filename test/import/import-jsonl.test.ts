import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import type { ImportSource } from '../../src/core/import/import-source.ts';
import { type ImportRequest, planImport } from '../../src/core/import/plan-import.ts';
import { type RefusedRow, runImport } from '../../src/core/import/run-import.ts';
import { startTestApp, type TestApp } from '../harness.ts';

describe('importing JSON Lines', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  /** Cut into pieces of a few bytes, so that lines and characters are cut too. */
  function sourceOf(text: string): ImportSource {
    const bytes = Buffer.from(text);
    return {
      name: 'rows.jsonl',
      bytes: bytes.length,
      async *open() {
        for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
      },
    };
  }

  async function importing(table: string, text: string, options: Partial<ImportRequest> = {}) {
    const target = createCoreTarget(app.core, systemActor, app.appId);
    const problems: RefusedRow[] = [];
    const plan = await planImport(target, { source: sourceOf(text), table, ...options });
    const result = await runImport(target, plan, { onRefused: (row) => problems.push(row) });
    const path = `/api/v1/tables/${result.table.id}/records`;
    const { json } = await app.request('GET', path, { key: app.keys.native });
    return { ...result, plan, problems, records: json.data.map((one: { fields: unknown }) => one.fields) };
  }

  test('takes types from the values: a text that looks like a number stays a text', async () => {
    const { plan, records } = await importing(
      'Types',
      [
        { Zip: '0123', Age: 36, Rate: 1.5, Active: true, Day: '2026-03-05', Tags: ['a', 'b'], Mixed: 1 },
        { Zip: '8001', Age: 41, Rate: 2, Active: false, Day: '2026-03-06', Tags: null, Mixed: 'x', Late: 'ö' },
      ]
        .map((row) => JSON.stringify(row))
        .join('\r\n'),
    );
    assert.deepEqual(
      plan.columns.map(({ name, type }) => [name, type]),
      [
        ['Zip', 'text'],
        ['Age', 'number'],
        ['Rate', 'number'],
        ['Active', 'checkbox'],
        ['Day', 'date'],
        ['Tags', 'json'],
        ['Mixed', 'json'],
        ['Late', 'text'],
      ],
    );
    assert.deepEqual(records[0].Tags, ['a', 'b']);
    assert.deepEqual([records[1].Zip, records[1].Mixed, records[1].Late], ['8001', 'x', 'ö']);
  });

  test('null is no value, a key that is left out gives the default', async () => {
    await app.makeTable(
      [
        { name: 'A', type: 'text', default: 'given' },
        { name: 'B', type: 'number' },
      ],
      'Defaults',
    );
    const { records } = await importing('Defaults', '{"A":null,"B":1}\n\n{"B":2}\n{"A":"","B":3}\n');
    assert.deepEqual(records, [
      { A: null, B: 1 },
      { A: 'given', B: 2 },
      { A: '', B: 3 },
    ]);
  });

  test('tells lines that are no objects, and values that do not fit, and writes the others', async () => {
    await app.makeTable([{ name: 'N', type: 'number' }], 'Refusals');
    const { created, refused, problems } = await importing('Refusals', '{"N":1}\n[1]\n{"N":"x"}\n{"N":2\n{"N":3}');
    assert.deepEqual([created, refused], [2, 3]);
    assert.deepEqual(
      problems.map(({ line, field, cells }) => [line, field, cells]),
      [
        [2, '', []],
        [3, 'N', ['x']],
        [4, '', []],
      ],
    );
  });

  test('changes by key what is there', async () => {
    await app.makeTable(
      [
        { name: 'K', type: 'text', unique: true },
        { name: 'V', type: 'number' },
      ],
      'Keyed',
    );
    await importing('Keyed', '{"K":"a","V":1}\n{"K":"b","V":2}', { key: 'K' });
    const again = await importing('Keyed', '{"K":"b","V":null}\n{"K":"c"}\n{"V":9}', { key: 'K' });
    assert.deepEqual([again.created, again.updated, again.refused], [1, 1, 1]);
    assert.deepEqual(again.records, [
      { K: 'a', V: 1 },
      { K: 'b', V: null },
      { K: 'c', V: null },
    ]);
  });

  test('what is no JSON Lines is refused, and no table is made', async () => {
    for (const text of ['{\n  "a": 1\n}', '[{"a":1}]', '{"a":1']) {
      await assert.rejects(importing('Never', text), /rows\.jsonl/);
    }
    const { json } = await app.request('GET', `/api/v1/apps/${app.appId}/tables`, { key: app.keys.native });
    assert.ok(!json.data.some(({ name }: { name: string }) => name === 'Never'));
  });
});
