import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { skipUnless } from '../test/skip-reason.ts';

const skip = skipUnless(process.platform !== 'win32', 'needs symbolic links and signals', 'run it on Linux or macOS');

const lock = { packages: { '': {}, 'node_modules/node': { version: '1.0.0' } } };
const lockWithTools = { packages: { ...lock.packages, 'node_modules/linter': { version: '1.0.0', dev: true } } };

// Stands for npm: notes that it ran, and leaves node_modules as npm would.
const npm = `
const fs = require('node:fs');
fs.appendFileSync('npm-ran', process.argv.slice(2).join(' ') + '\\n');
const lock = fs.readFileSync('package-lock.json');
fs.rmSync('node_modules', { recursive: true, force: true });
fs.mkdirSync('node_modules/node/bin', { recursive: true });
fs.symlinkSync(process.execPath, 'node_modules/node/bin/node');
fs.writeFileSync('node_modules/.package-lock.json', lock);
`;

const hello = 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;';

interface Project {
  readonly folder: string;
  run(args: readonly string[], before?: string): Promise<{ code: number | null; out: string; err: string }>;
  npmRuns(): Promise<number>;
}

async function makeProject(t: TestContext, files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-ready-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'scripts'));
  await mkdir(join(folder, 'src'));
  await copyFile(new URL('ensure-ready.mjs', import.meta.url), join(folder, 'scripts/ensure-ready.mjs'));
  const all = { 'package-lock.json': JSON.stringify(lock), 'npm.cjs': npm, 'src/hello.mjs': hello, ...files };
  for (const [path, text] of Object.entries(all)) await writeFile(join(folder, path), text);
  const env = { PATH: process.env.PATH, npm_execpath: join(folder, 'npm.cjs'), npm_node_execpath: process.execPath };
  return {
    folder,
    async run(args, before = '') {
      const preload = ['--import', `data:text/javascript,${encodeURIComponent(before)}`];
      const child = spawn(process.execPath, [...preload, 'scripts/ensure-ready.mjs', ...args], { cwd: folder, env });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
        if (String(chunk).includes('waiting')) child.kill('SIGTERM');
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, out, err };
    },
    async npmRuns() {
      return (await readFile(join(folder, 'npm-ran'), 'utf8').catch(() => '')).split('\n').length - 1;
    },
  };
}

async function installByHand(folder: string, installed: object): Promise<void> {
  await mkdir(join(folder, 'node_modules/node/bin'), { recursive: true });
  await symlink(process.execPath, join(folder, 'node_modules/node/bin/node'));
  await writeFile(join(folder, 'node_modules/.package-lock.json'), JSON.stringify(installed));
}

test('on nothing it installs once, then runs the file with its arguments and answers with its exit code', {
  skip,
}, async (t) => {
  const project = await makeProject(t);
  const first = await project.run(['src/hello.mjs', 'start', '--json']);
  assert.deepEqual([first.code, first.out], [7, '["start","--json"]\n']);
  assert.match(first.err, /installing packages/);
  const second = await project.run(['src/hello.mjs']);
  assert.deepEqual(second, { code: 7, out: '[]\n', err: '' });
  assert.equal(await project.npmRuns(), 1);
});

test('an installation made by hand is left as it is', { skip }, async (t) => {
  const project = await makeProject(t);
  await installByHand(project.folder, lock);
  assert.deepEqual(await project.run(['src/hello.mjs']), { code: 7, out: '[]\n', err: '' });
  assert.equal(await project.npmRuns(), 0);
});

test('a changed lock file is installed before anything runs', { skip }, async (t) => {
  const project = await makeProject(t);
  await project.run(['src/hello.mjs']);
  const changed = { packages: { ...lock.packages, 'node_modules/more': { version: '1.0.0' } } };
  await writeFile(join(project.folder, 'package-lock.json'), JSON.stringify(changed));
  assert.match((await project.run(['src/hello.mjs'])).err, /packages are missing or have changed/);
  assert.equal(await project.npmRuns(), 2);
});

test('a production installation runs the server, and is completed when tests or checks are asked for', {
  skip,
}, async (t) => {
  const project = await makeProject(t, {
    'package-lock.json': JSON.stringify(lockWithTools),
    'scripts/test.mjs': hello,
  });
  await installByHand(project.folder, lock);
  await project.run(['src/hello.mjs']);
  assert.equal(await project.npmRuns(), 0);
  await project.run(['scripts/test.mjs']);
  assert.equal(await project.npmRuns(), 1);
});

const failures = [
  { name: 'no network', npm: 'npm error code ENOTFOUND', said: /registry could not be reached/ },
  { name: 'no permission', npm: 'npm error code EACCES', said: /no permission to write to/ },
  { name: 'no space', npm: 'npm error code ENOSPC', said: /the disk is full/ },
  { name: 'anything else', npm: 'npm error odd', said: /npm failed\.\n {2}npm error odd/ },
];
for (const failure of failures) {
  test(`a failed installation says why and runs nothing: ${failure.name}`, { skip }, async (t) => {
    const project = await makeProject(t, { 'npm.cjs': `console.error('${failure.npm}'); process.exitCode = 1;` });
    const { code, out, err } = await project.run(['src/hello.mjs']);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, failure.said);
  });
}

test('an installation without the Node binary says how to allow it', { skip }, async (t) => {
  const project = await makeProject(t, { 'npm.cjs': '' });
  assert.match((await project.run(['src/hello.mjs'])).err, /--ignore-scripts=false/);
});

const refused = [
  {
    name: 'an old Node',
    before: "Object.defineProperty(process, 'versions', { value: { node: '16.20.0' } })",
    said: /Node 18 or newer is needed/,
  },
  {
    name: 'an unknown platform',
    before: "Object.defineProperty(process, 'platform', { value: 'sunos' })",
    said: /\(sunos-\w+\) is not supported/,
  },
];
for (const { name, before, said } of refused) {
  test(`one clear sentence and nothing installed: ${name}`, { skip }, async (t) => {
    const project = await makeProject(t);
    const { code, err } = await project.run(['src/hello.mjs'], before);
    assert.equal(code, 1);
    assert.match(err, said);
    assert.equal(err.trim().split('\n').length, 1);
    assert.equal(await project.npmRuns(), 0);
  });
}

const waiting = "process.once('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('waiting');";
for (const [name, before] of [
  ['replacing the process', ''],
  ['through a child process', 'process.execve = undefined;'],
] as const) {
  test(`a request to end reaches the program and its answer comes back: ${name}`, { skip }, async (t) => {
    const project = await makeProject(t, { 'src/wait.mjs': waiting });
    await installByHand(project.folder, lock);
    assert.equal((await project.run(['src/wait.mjs'], before)).code, 5);
  });
}
