import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import { forgetImport } from '../../src/core/import/import-run.ts';
import type { ImportSource } from '../../src/core/import/import-source.ts';
import type { ImportTarget } from '../../src/core/import/import-target.ts';
import { planImport } from '../../src/core/import/plan-import.ts';
import { runImport } from '../../src/core/import/run-import.ts';
import { startTestApp, type TestApp } from '../harness.ts';

describe('an import that was cut off', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  const sourceOf = (text: string): ImportSource => ({
    name: 'rows.csv',
    bytes: text.length,
    async *open() {
      yield Buffer.from(text);
    },
  });

  /** Every tenth row does not fit, and one value is there twice, so that rows are also written one by one. */
  const rows = Array.from({ length: 3500 }, (_, at) => `${at === 2000 ? 1999 : at},${at % 10 === 7 ? 'x' : at}`);
  const text = `Code,N\n${rows.join('\n')}\n`;

  /** Cuts the import off after so many calls, the last of which is written but not heard of. */
  function failingAfter(target: ImportTarget, calls: number): ImportTarget {
    let left = calls;
    const cutting = async <T>(call: () => Promise<T>): Promise<T> => {
      left -= 1;
      if (left < 0) throw new Error('cut off');
      const answer = await call();
      if (left === 0) throw new Error('cut off');
      return answer;
    };
    return {
      ...target,
      writeAll: (...args) => cutting(() => target.writeAll(...args)),
      writeOne: (...args) => cutting(() => target.writeOne(...args)),
    };
  }

  async function importing(table: string, target: ImportTarget, content = text) {
    return runImport(target, await planImport(target, { source: sourceOf(content), table }));
  }

  const fields = [
    { name: 'Code', type: 'text', unique: true },
    { name: 'N', type: 'number' },
  ] as const;

  async function numbersIn(tableId: string): Promise<string[]> {
    const path = `/api/v1/tables/${tableId}/export?fields=Code`;
    const answer = await app.request('GET', path, { key: app.keys.native });
    return answer.text.split('\r\n').slice(1, -1);
  }

  for (const calls of [1, 2, 3, 5, 40, 400]) {
    test(`goes on without losing or repeating a row: cut off at call ${calls}`, async () => {
      const table = await app.makeTable(fields, `Cut ${calls}`);
      const run = { id: `run-${calls}` };
      const target = createCoreTarget(app.core, systemActor, app.appId, run);
      await assert.rejects(importing(table.name, failingAfter(target, calls)), /cut off/);
      const { created, refused } = await importing(table.name, target);
      assert.deepEqual([created, refused], [3149, 351]);
      const codes = await numbersIn(table.id);
      assert.equal(codes.length, 3149);
      assert.equal(new Set(codes).size, 3149);
      await forgetImport(app.core, run);
      assert.equal(await app.core.store.count('idempotency', { subject: `import/${run.id}` }), 0);
    });
  }

  test('is not resumed with a file that has changed', async () => {
    const table = await app.makeTable(fields, 'Changed');
    const target = createCoreTarget(app.core, systemActor, app.appId, { id: 'changed' });
    await assert.rejects(importing(table.name, failingAfter(target, 3)), /cut off/);
    await assert.rejects(importing(table.name, target, text.replace('\n5,5\n', '\n5,6\n')), /has changed/);
  });

  test('without a name of its own, an import of the same file makes its records again', async () => {
    const table = await app.makeTable([{ name: 'Code', type: 'text' }], 'Twice');
    for (let at = 0; at < 2; at += 1) {
      await importing(table.name, createCoreTarget(app.core, systemActor, app.appId), 'Code\na\nb\n');
    }
    assert.deepEqual(await numbersIn(table.id), ['a', 'b', 'a', 'b']);
  });
});
