import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import { forgetImport } from '../../src/core/import/import-run.ts';
import { contentHash, type ImportSource } from '../../src/core/import/import-source.ts';
import type { ImportTarget } from '../../src/core/import/import-target.ts';
import { planImport } from '../../src/core/import/plan-import.ts';
import { type RefusedRow, runImport } from '../../src/core/import/run-import.ts';
import { openTable } from '../../src/core/permit.ts';
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
      async packing(...args) {
        const packing = (await target.packing?.(...args)) ?? null;
        return packing && { ...packing, write: (...rows) => cutting(() => packing.write(...rows)) };
      },
      writeAll: (...args) => cutting(() => target.writeAll(...args)),
      writeOne: (...args) => cutting(() => target.writeOne(...args)),
    };
  }

  async function importing(table: string, target: ImportTarget, content = text, threadFrom?: number) {
    const source = sourceOf(content);
    const request = { source, table, ...(threadFrom === undefined ? {} : { threadFrom }) };
    const refused: number[] = [];
    const counts = await runImport(target, await planImport(target, request), {
      onRefused: ({ line }) => refused.push(line),
    });
    return { ...counts, lines: refused };
  }

  const contentOf = (content: string) => contentHash(sourceOf(content));

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

  /** Everything is written, and the note of it is lost. */
  const unheard = { onProgress: () => assert.fail('cut off') };

  test('read on a thread, it goes on as well, and tells every refused row again', async () => {
    const plain = fields.map(({ name, type }) => ({ name, type }));
    const table = await app.makeTable(plain, 'Cut on a thread');
    const target = createCoreTarget(app.core, systemActor, app.appId, { id: 'thread' });
    await assert.rejects(importing(table.name, failingAfter(target, 2), text, 0), /cut off/);
    const { created, refused, lines } = await importing(table.name, target, text, 0);
    assert.deepEqual([created, refused], [3150, 350]);
    assert.deepEqual(
      lines,
      rows.flatMap((_, at) => (at % 10 === 7 ? [at + 2] : [])),
    );
    assert.equal((await numbersIn(table.id)).length, 3150);
  });

  test('rows that were written one by one are not written again when nothing is in their way any more', async () => {
    const table = await app.makeTable(fields, 'Freed');
    const path = `/api/v1/tables/${table.id}/records`;
    const taken = await app.request('POST', path, { key: app.keys.native, body: { fields: { Code: 'taken', N: 0 } } });
    const content = 'Code,N\n,1\ntaken,2\n,3\n';
    const target = createCoreTarget(app.core, systemActor, app.appId, { id: 'freed' });
    const begin = async (listeners = {}) =>
      runImport(target, await planImport(target, { source: sourceOf(content), table: table.name }), listeners);
    await assert.rejects(begin(unheard), /cut off/);
    await app.request('DELETE', `${path}/${(taken.json as { id: number }).id}`, { key: app.keys.native });
    const { created, refused } = await begin();
    assert.deepEqual([created, refused], [3, 0]);
    const { text: csv } = await app.request('GET', `/api/v1/tables/${table.id}/export?fields=N`, {
      key: app.keys.native,
    });
    assert.deepEqual(csv.split('\r\n').slice(1, -1).sort(), ['1', '2', '3']);
  });

  test('rows that were written without a refused one are not written again when it fits by now', async () => {
    const table = await app.makeTable([{ name: 'N', type: 'number', options: { max: 5 } }], 'Relaxed');
    const content = 'N\n1\n9\n3\n';
    const target = createCoreTarget(app.core, systemActor, app.appId, { id: 'relaxed' });
    const refused: number[] = [];
    const begin = async (listeners = {}) =>
      runImport(target, await planImport(target, { source: sourceOf(content), table: table.name }), listeners);
    await assert.rejects(begin(unheard), /cut off/);
    const fieldId = table.fields.find(({ name }) => name === 'N')?.id ?? '';
    const relaxed = await app.request('PATCH', `/api/v1/tables/${table.id}/fields/${fieldId}`, {
      key: app.keys.native,
      body: { options: { max: 10 } },
    });
    assert.equal(relaxed.status, 200);
    const result = await begin({ onRefused: ({ line }: RefusedRow) => refused.push(line) });
    assert.deepEqual([result.created, result.refused, refused], [2, 1, [3]]);
    assert.equal(await app.core.store.records.count(await openTable(app.core, systemActor, table.id)), 2);
  });

  test('by a key, what was made is counted as made, and what was changed as changed', async () => {
    const table = await app.makeTable(fields, 'Keyed');
    const target = createCoreTarget(app.core, systemActor, app.appId, { id: 'keyed' });
    const request = { source: sourceOf('Code,N\na,1\nb,2\na,3\n'), table: table.name, key: 'Code' };
    await assert.rejects(runImport(target, await planImport(target, request), unheard), /cut off/);
    const { created, updated } = await runImport(target, await planImport(target, request));
    assert.deepEqual([created, updated], [2, 1]);
  });

  test('is not resumed with a file that has changed', async () => {
    const table = await app.makeTable(fields, 'Changed');
    const changed = text.replace('\n5,5\n', '\n5,6\n');
    const targetFor = async (content: string) =>
      createCoreTarget(app.core, systemActor, app.appId, { id: 'changed', content: await contentOf(content) });
    await assert.rejects(importing(table.name, failingAfter(await targetFor(text), 3)), /cut off/);
    await assert.rejects(importing(table.name, await targetFor(changed), changed), /has changed/);
  });

  test('without a name of its own, an import of the same file makes its records again', async () => {
    const table = await app.makeTable([{ name: 'Code', type: 'text' }], 'Twice');
    for (let at = 0; at < 2; at += 1) {
      await importing(table.name, createCoreTarget(app.core, systemActor, app.appId), 'Code\na\nb\n');
    }
    assert.deepEqual(await numbersIn(table.id), ['a', 'b', 'a', 'b']);
  });
});
