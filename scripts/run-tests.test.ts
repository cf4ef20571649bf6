import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('run-tests.ts', import.meta.url));
const good =
  "import { test } from 'node:test'; test('one', () => {}); test('two', async (t) => t.test('three', () => {}));";
const bad = `import { describe, it } from 'node:test'; console.log('seen on the way');
describe('group', () => { it('holds', () => {}); it('breaks', () => { throw new Error('the reason'); }); });`;
const skipped = (reason: string): string =>
  `import { test } from 'node:test'; test('s', { skip: '${reason}' }, () => {});`;

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly last: string;
  readonly code: number;
  readonly holds?: readonly RegExp[];
}

const cases: readonly Case[] = [
  { name: 'all pass', files: { 'src/a.test.ts': good, 'test/b.test.ts': good }, last: '6 passed, 0 failed', code: 0 },
  {
    name: 'a failure is told once, with its group, its reason and what the file printed',
    files: { 'src/a.test.ts': bad },
    last: '1 passed, 1 failed',
    code: 1,
    holds: [/✗ src\/a\.test\.ts {2}group › breaks\n {4}Error: the reason/, /seen on the way/],
  },
  { name: 'no test file', files: {}, last: '0 passed, 0 failed', code: 1, holds: [/No test ran/] },
  {
    name: 'a file without a test',
    files: { 'src/a.test.ts': 'export {};' },
    last: '0 passed, 1 failed',
    code: 1,
    holds: [/no test in this file/],
  },
  {
    name: 'a file that does not load',
    files: { 'src/a.test.ts': "throw new Error('at load');" },
    last: '0 passed, 1 failed',
    code: 1,
    holds: [/at load/],
  },
  {
    name: 'a skip with its reason',
    files: { 'src/a.test.ts': good, 'src/b.test.ts': skipped('no database — start one') },
    last: '3 passed, 0 failed, 1 skipped',
    code: 0,
    holds: [/skipped: no database — start one \(1\)/],
  },
  {
    name: 'a skip that does not say how to enable it',
    files: { 'src/a.test.ts': good, 'src/b.test.ts': skipped('later') },
    last: '3 passed, 1 failed',
    code: 1,
    holds: [/how to enable/],
  },
  {
    name: 'a skip where none is allowed',
    files: { 'src/a.test.ts': skipped('no database — start one') },
    env: { CI_NO_SKIPS: '1' },
    last: '0 passed, 1 failed',
    code: 1,
  },
  {
    name: 'only the files that were asked for',
    files: { 'src/keys.test.ts': good, 'src/other.test.ts': bad },
    args: ['keys'],
    last: '3 passed, 0 failed',
    code: 0,
  },
];

async function runIn(t: TestContext, { files, args = [], env = {} }: Case): Promise<{ code: number; out: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-runner-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  // Node marks the processes of a test run, and a marked one would not start another run.
  const { NODE_TEST_CONTEXT: _, CI_NO_SKIPS: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [runner, ...args], { cwd: folder, env: { ...inherited, ...env } });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, out };
}

for (const testCase of cases) {
  test(`the last line and the exit code tell how the run went: ${testCase.name}`, async (t) => {
    const { code, out } = await runIn(t, testCase);
    assert.equal(out.trimEnd().split('\n').at(-1), testCase.last, out);
    assert.equal(code, testCase.code);
    for (const pattern of testCase.holds ?? []) assert.match(out, pattern);
  });
}
