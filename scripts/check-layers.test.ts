import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLayers } from './check-layers.ts';

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the one problem must say; left out: there must be none. */
  readonly problem?: RegExp;
}

const cases: readonly Case[] = [
  { name: 'core imports core', files: { 'src/core/a.ts': "import { b } from './keys/b.ts';" } },
  {
    name: 'core imports the store',
    files: { 'src/core/a.ts': "import { b } from '../store/b.ts';" },
    problem: /src\/core\/ may not import src\/store\/b\.ts/,
  },
  {
    name: 'a type-only import counts',
    files: { 'src/core/a.ts': "import type {\n  B,\n} from '../http/b.ts';" },
    problem: /may not import src\/http\/b\.ts/,
  },
  {
    name: 'a re-export counts',
    files: { 'src/store/a.ts': "export { b } from '../http/b.ts';" },
    problem: /src\/store\/ may not import/,
  },
  {
    name: 'a dynamic import counts',
    files: { 'src/http/a.ts': "const b = await import('../store/b.ts');" },
    problem: /src\/http\/ may not import/,
  },
  {
    name: 'http knows no dialect',
    files: { 'src/http/a.ts': "import type { Dialect } from '../dialects/dialect.ts';" },
    problem: /src\/http\/ may not import src\/dialects\/dialect\.ts/,
  },
  { name: 'an import in a string is none', files: { 'src/core/a.ts': 'f("import { b } from \'../store/b.ts\'");' } },
  { name: 'an import in a comment is none', files: { 'src/core/a.ts': "// import { b } from '../store/b.ts';" } },
  {
    name: 'a dialect imports core, http and the contract',
    files: {
      'src/dialects/adalo/a.ts':
        "import '../../core/a.ts'; import '../../http/b.ts'; import '../dialect.ts'; import './routes/c.ts';",
    },
  },
  {
    name: 'a dialect imports the store',
    files: { 'src/dialects/adalo/a.ts': "import { b } from '../../store/b.ts';" },
    problem: /src\/dialects\/\*\/ may not import src\/store\/b\.ts/,
  },
  {
    name: 'a dialect imports another dialect',
    files: { 'src/dialects/adalo/a.ts': "import { b } from '../native/b.ts';" },
    problem: /may not import src\/dialects\/native\/b\.ts/,
  },
  {
    name: 'a dialect imports the list of dialects',
    files: { 'src/dialects/adalo/a.ts': "import { b } from '../index.ts';" },
    problem: /may not import src\/dialects\/index\.ts/,
  },
  {
    name: 'the list imports all dialects',
    files: { 'src/dialects/index.ts': "import { a } from './adalo/index.ts';" },
  },
  {
    name: 'the contract imports a dialect',
    files: { 'src/dialects/dialect.ts': "import { a } from './adalo/index.ts';" },
    problem: /may not import src\/dialects\/adalo/,
  },
  {
    name: 'jobs import more than core',
    files: { 'src/jobs.ts': "import { a } from './http/a.ts';" },
    problem: /src\/jobs\.ts may not import/,
  },
  { name: 'the command line imports the app', files: { 'src/cli/serve.ts': "import { a } from '../app.ts';" } },
  {
    name: 'the command line imports a dialect',
    files: { 'src/cli/serve.ts': "import { a } from '../dialects/index.ts';" },
    problem: /src\/cli\/ may not import/,
  },
  { name: 'the composition root imports anything', files: { 'src/app.ts': "import { a } from './store/index.ts';" } },
  {
    name: 'the console imports the server',
    files: { 'console/src/a.tsx': "import { a } from '../../src/core/a.ts';" },
    problem: /console\/ may not import/,
  },
  {
    name: 'the SDK has a dependency',
    files: { 'sdk/src/a.ts': "import { a } from 'undici';" },
    problem: /sdk\/ has no dependencies/,
  },
  { name: 'a file in no layer', files: { 'src/extra/a.ts': '' }, problem: /no layer/ },
  {
    name: 'core imports the web framework',
    files: { 'src/core/a.ts': "import type { FastifyRequest } from 'fastify';" },
    problem: /nothing of HTTP/,
  },
  {
    name: 'core imports the database driver',
    files: { 'src/core/a.ts': "import Database from 'better-sqlite3';" },
    problem: /only in src\/store\//,
  },
  {
    name: 'an import cycle of three files',
    files: {
      'src/core/a.ts': "import './b.ts';",
      'src/core/b.ts': "import './c.ts';",
      'src/core/c.ts': "import type { A } from './a.ts';",
    },
    problem: /import cycle: src\/core\/a\.ts → src\/core\/b\.ts → src\/core\/c\.ts → src\/core\/a\.ts/,
  },
  {
    name: 'two files that import the same third are no cycle',
    files: {
      'src/core/a.ts': "import './b.ts'; import './c.ts';",
      'src/core/b.ts': "import './c.ts';",
      'src/core/c.ts': '',
    },
  },
  {
    name: 'process.env outside the configuration',
    files: { 'src/http/a.ts': 'const port = process.env.PORT;' },
    problem: /process\.env/,
  },
  {
    name: 'the environment taken out of process',
    files: { 'src/http/a.ts': "import { env } from 'node:process';" },
    problem: /process\.env/,
  },
  {
    name: 'process.env in the configuration, scripts and tests',
    files: {
      'src/config.ts': 'process.env.PORT',
      'scripts/a.ts': 'process.env.CI',
      'test/a.ts': 'process.env.CI',
      'src/http/a.test.ts': 'process.env.CI',
    },
  },
  { name: 'Date.now', files: { 'src/store/a.ts': 'const at = Date.now();' }, problem: /clocks/ },
  { name: 'new Date without arguments', files: { 'src/store/a.ts': 'const at = new Date();' }, problem: /clocks/ },
  { name: 'performance.now', files: { 'src/app.ts': 'const at = performance.now();' }, problem: /clocks/ },
  {
    name: 'the clock itself, and dates made from a given time',
    files: { 'src/core/clock.ts': 'Date.now(); performance.now();', 'src/core/a.ts': 'new Date(ms).toISOString()' },
  },
  {
    name: "a dialect's name in an identifier of the core",
    files: { 'src/core/a.ts': 'const parseRetable = 1;' },
    problem: /dialect's name/,
  },
  {
    name: "a dialect's name in a string of the store",
    files: { 'src/store/a.ts': "const kind = 'adalo';" },
    problem: /dialect's name/,
  },
  {
    name: "a dialect's name as a file name in http",
    files: { 'src/http/formaloo-token.ts': '' },
    problem: /dialect's name.*\(file name\)/,
  },
  {
    name: "a dialect's name in a comment, and a word that holds one",
    files: { 'src/core/a.ts': "// as Adalo does\nconst a = 'interpretable';" },
  },
  {
    name: 'SQL text outside the store',
    files: { 'src/core/a.ts': 'const sql = `SELECT id FROM keys`;' },
    problem: /SQL text/,
  },
  { name: 'SQL in small letters', files: { 'src/core/a.ts': "f('select id, name from keys')" }, problem: /SQL text/ },
  { name: 'SQL insert', files: { 'src/cli/a.ts': "const sql = 'INSERT INTO keys';" }, problem: /SQL text/ },
  {
    name: 'SQL words in a sentence and in code',
    files: { 'src/core/a.ts': "const select = 'select a table from the list'; // SELECT id FROM keys" },
  },
  { name: 'a file name that says nothing', files: { 'scripts/utils.ts': '' }, problem: /says nothing/ },
  { name: 'a test named after such a file', files: { 'src/core/helpers.test.ts': '' }, problem: /says nothing/ },
  { name: 'a folder may be called types', files: { 'src/core/fields/types/text.ts': '' } },
  {
    name: 'tests import whatever they test',
    files: {
      'src/core/a.test.ts': "import { b } from '../store/b.ts';",
      'test/store/a.test.ts': "import { b } from '../../src/store/b.ts';",
    },
  },
];

for (const { name, files, problem } of cases) {
  test(`${problem === undefined ? 'allowed' : 'refused'}: ${name}`, () => {
    const found = checkLayers(new Map(Object.entries(files)));
    assert.equal(found.length, problem === undefined ? 0 : 1, JSON.stringify(found));
    if (problem !== undefined) assert.match(found[0]?.what ?? '', problem);
  });
}

test('a problem names the line it is on', () => {
  const found = checkLayers(new Map([['src/core/a.ts', "/* a\n b */\nconst a = 1;\nimport '../store/b.ts';"]]));
  assert.deepEqual(
    found.map(({ path, line }) => [path, line]),
    [['src/core/a.ts', 4]],
  );
});
