/** Imports that are read on a thread of their own, against the same imports read on this one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemActor } from '../../src/core/context.ts';
import { AppError } from '../../src/core/errors.ts';
import { exportRecords } from '../../src/core/export/export-records.ts';
import { createField } from '../../src/core/fields/create-field.ts';
import { createCoreTarget } from '../../src/core/import/core-target.ts';
import { type ImportSource, sourceOfBytes } from '../../src/core/import/import-source.ts';
import { type ImportRequest, planImport } from '../../src/core/import/plan-import.ts';
import { previewImport } from '../../src/core/import/preview-import.ts';
import { type ImportListeners, type RefusedRow, runImport } from '../../src/core/import/run-import.ts';
import { openTable } from '../../src/core/permit.ts';
import { startTestApp, type TestApp } from '../harness.ts';
import { makeXlsx } from './make-xlsx.ts';

const here = Number.POSITIVE_INFINITY;
const onThread = 0;

/** Rows that are refused as a whole, by a value, and because a code is there already, among many that are not. */
const lines = Array.from({ length: 4321 }, (_, at) => {
  if (at % 100 === 7) return `${at},ü${at},x,true`;
  if (at === 1234) return `${at},too,many,cells,here`;
  return `${at === 3000 ? 2999 : at},"Zoë ""${at}""\nMüller",${at / 4},${at % 2 === 0}`;
});
const text = `Code,Name,N,Done\n${lines.join('\n')}\n`;

const texts = (...cells: string[]) => cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('');
const sheetRows = [texts('A', 'B'), ...lines.map((_, at) => `<c><v>${at}</v></c>${texts(`Text ${at}`)}`)]
  .map((cells) => `<row>${cells}</row>`)
  .join('');

describe('an import that is read on a thread', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  const fields = [
    { name: 'Code', type: 'text', unique: true },
    { name: 'Name', type: 'text' },
    { name: 'N', type: 'number' },
    { name: 'Done', type: 'checkbox' },
  ] as const;
  const plain = fields.map(({ name, type }) => ({ name, type }));

  async function importing(request: ImportRequest, listeners: ImportListeners = {}) {
    const target = createCoreTarget(app.core, systemActor, app.appId);
    const problems: RefusedRow[] = [];
    const progress: number[] = [];
    const plan = await planImport(target, request);
    const found = plan.columns.map(({ name, type, filled, sample }) => [name, type, filled, sample]);
    const { table, ...counts } = await runImport(target, plan, {
      onRefused: (row) => problems.push(row),
      onProgress: ({ rows }) => void progress.push(rows),
      ...listeners,
    });
    const schema = await openTable(app.core, systemActor, table.id);
    const parts: Uint8Array[] = [];
    for await (const part of exportRecords(app.core, systemActor, schema, { format: 'csv' })) parts.push(part);
    const changes = await app.core.store.list('changes', { table_id: table.id });
    const logged = changes.map(({ record_id: id, fields: values }) => [id, Object.values(values)]);
    // Without the times at which records were made.
    const records = Buffer.concat(parts)
      .toString()
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
    return { found, counts, problems, progress, logged, records };
  }

  const sourceOf = (content: string | Buffer, name = 'rows.csv') => sourceOfBytes(name, Buffer.from(content));

  for (const [what, content, options] of [
    ['CSV into a new table', text, {}],
    ['CSV into a table whose values are unique', text, { unique: true }],
    ['CSV by a key', text, { unique: true, key: 'Code' }],
    ['JSON Lines', lines.map((_, at) => JSON.stringify({ A: at, B: at % 3 === 0 ? 'x' : { y: at } })).join('\n'), {}],
    ['a spreadsheet', makeXlsx({ sheets: [{ name: 'A', rows: sheetRows }] }), {}],
  ] as const) {
    test(`${what}: everything is as if it were read here`, async () => {
      const outcomes = [];
      for (const threadFrom of [here, onThread]) {
        const isUnique = 'unique' in options;
        const name = `${what} ${threadFrom}`;
        const table = isUnique ? { id: (await app.makeTable(fields, name)).id } : name;
        const key = 'key' in options ? options.key : undefined;
        outcomes.push(await importing({ source: sourceOf(content), table, key, threadFrom }));
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
      assert.ok((outcomes[0]?.counts.created ?? 0) > 4000);
    });
  }

  test('a table that is changed meanwhile gets the rest of the rows as it is then', async () => {
    const table = await app.makeTable(plain, 'Changed meanwhile');
    let isChanged = false;
    const { counts } = await importing(
      { source: sourceOf(text), table: { id: table.id }, threadFrom: onThread },
      {
        async onProgress() {
          if (isChanged) return;
          isChanged = true;
          await createField(app.core, systemActor, table, { name: 'More', type: 'text', default: 'later' });
        },
      },
    );
    assert.deepEqual(counts, { created: 4276, updated: 0, unchanged: 0, refused: 45 });
    const changed = await openTable(app.core, systemActor, table.id);
    const more = changed.fieldByName.get('More') ?? assert.fail();
    const filter = { op: 'eq', field: more, value: 'later' } as const;
    assert.ok((await app.core.store.records.count(changed, filter)) > 1000);
    assert.equal(await app.core.store.records.count(changed), 4276);
  });

  test('what a dry run finds is the same', async () => {
    const table = await app.makeTable(fields, 'Tried');
    const target = createCoreTarget(app.core, systemActor, app.appId);
    const [one, other] = await Promise.all(
      [here, onThread].map(async (threadFrom) => {
        const request = { source: sourceOf(text), table: table.name, threadFrom };
        return previewImport(app.core, systemActor, await planImport(target, request));
      }),
    );
    assert.deepEqual(one, other);
  });

  test('a file that cannot be read is refused in the same words', async () => {
    const target = createCoreTarget(app.core, systemActor, app.appId);
    for (const content of [
      Buffer.concat([Buffer.from('A,B\n1,2\n'), Buffer.from([0xff, 0xfe, 10])]),
      Buffer.from('A,A\n1,2\n'),
      Buffer.from('A,B\n1,"never closed\n'),
      Buffer.from('PK\u0003\u0004 and no more'),
    ]) {
      const refusals = [];
      for (const threadFrom of [here, onThread]) {
        const error = await planImport(target, { source: sourceOf(content), table: 'Broken', threadFrom }).then(
          (plan) => plan.content.close(),
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof AppError, String(error));
        refusals.push([error.code, error.message, error.issues]);
      }
      assert.deepEqual(refusals[1], refusals[0]);
    }
  });

  test('what fails while the content is fetched ends the import, as it is, and the fetching', async () => {
    let opened = 0;
    let closed = 0;
    class Gone extends Error {}
    const source: ImportSource = {
      name: 'rows.csv',
      bytes: text.length,
      async *open() {
        opened += 1;
        const isLast = opened === 4;
        try {
          for (let at = 0; at < text.length; at += 10_000) {
            if (isLast && at > 50_000) throw new Gone();
            yield Buffer.from(text.slice(at, at + 10_000));
          }
        } finally {
          closed += 1;
        }
      },
    };
    await assert.rejects(importing({ source, table: 'Gone', threadFrom: onThread }), Gone);
    assert.equal(closed, opened);
  });
});
