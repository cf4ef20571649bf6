import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type InitJson, type Json, makePlace, type Place } from './tessera.ts';

describe('setting a server up from a script', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--json'])).stdout) as InitJson;
  });
  after(() => place.remove());

  async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Json> {
    const { code, stdout, stderr } = await place.run([...args, '--json'], env);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout);
  }

  test('tables and fields are made, listed and deleted, beside the database and through a server', async () => {
    await run(['table', 'create', 'Customers', '--field', 'Name:text,required', '--field', 'Email:email,unique']);
    const { field } = await run([
      ...['field', 'create', 'Status', 'single_select', '--table', 'Customers'],
      ...['--choice', 'New', '--choice', 'Old', '--indexed'],
    ]);
    assert.deepEqual([field.type, field.indexed], ['single_select', true]);
    const server = await place.serve();
    try {
      const env = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
      await run(['table', 'create', 'Orders', '--field', 'Note:Long:long_text'], env);
      await run(['field', 'create', 'Customer', 'relation', '--table', 'Orders', '--target', 'Customers'], env);
      await run(['field', 'delete', 'Note:Long', '--table', 'Orders', '--yes'], env);
      const { tables } = await run(['table', 'list'], env);
      assert.deepEqual(
        tables.map(({ name, fields }: Json) => [name, fields.map((one: Json) => one.name)]),
        [
          ['Customers', ['Name', 'Email', 'Status', 'Orders']],
          ['Orders', ['Customer']],
        ],
      );
    } finally {
      await server.stop();
    }
    const { fields } = await run(['field', 'list', '--table', 'Customers']);
    assert.deepEqual(
      fields.map(({ name, required, unique }: Json) => [name, required, unique]),
      [
        ['Name', true, false],
        ['Email', false, true],
        ['Status', false, false],
        ['Orders', false, false],
      ],
    );
    assert.equal((await place.run(['table', 'delete', 'Orders'])).code, 2, 'not without --yes');
    await run(['table', 'delete', 'Orders', '--yes']);
    assert.equal((await run(['table', 'list'])).tables.length, 1);
  });

  test('a formula is made, and deleting what it reads names it', async () => {
    const create = ['field', 'create', 'Greeting', 'formula', '--table', 'Customers'];
    const { field } = await run([...create, '--formula', '"Hello " & {Name} & {Status}']);
    assert.equal(field.type, 'formula');
    const wrong = await place.run([...create.with(2, 'Wrong'), '--formula', '{Nope}']);
    assert.equal(wrong.code, 4);
    assert.match(wrong.stderr, /there is no field "Nope" in Customers \(at character 1\)/);
    const ended = await place.run(['field', 'delete', 'Status', '--table', 'Customers', '--yes']);
    assert.match(ended.stdout, /show #FIELD! now: Greeting/);
    const server = await place.serve();
    try {
      const env = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
      await run(['field', 'create', 'Second', 'formula', '--table', 'Customers', '--formula', 'LEN({Email})'], env);
      const { broken_formulas: broken } = await run(['field', 'delete', 'Email', '--table', 'Customers', '--yes'], env);
      assert.deepEqual(broken, ['Second']);
      await run(['field', 'delete', 'Second', '--table', 'Customers', '--yes'], env);
    } finally {
      await server.stop();
    }
  });

  test('what is no field or option is refused by name', async () => {
    for (const [args, code, says] of [
      [['table', 'create', 'X', '--field', 'Name'], 2, /NAME:TYPE/],
      [['table', 'create', 'X', '--field', 'Name:nope'], 2, /Types are text/],
      [['table', 'create', 'Customers'], 4, /already has a table/],
      [['field', 'create', 'X', 'number', '--table', 'Customers', '--options', '[1]'], 2, /JSON object/],
      [['field', 'create', 'X', 'number', '--table', 'Customers', '--options', '{"nope":1}'], 4, /options\.nope/],
      [['field', 'create', 'X', 'number', '--table', 'Nope'], 3, /no table "Nope"/],
      [['user', 'add', 'nobody', 'editor'], 4, /e-mail address/],
      [['user', 'add', 'a@example.com', 'king'], 2, /Roles are owner/],
      [['user', 'remove', 'nobody@example.com'], 3, /no member/],
      [['plan', 'set', 'gold', '--name', 'Gold'], 3, /no such plan/],
      [['plan', 'set', 'free', '--limit', 'nope=1'], 2, /Kinds are/],
      [['field', 'create', 'X', 'relation', '--table', 'Customers', '--target', 'Nope'], 3, /no table "Nope"/],
      [['table', 'delete', 'Customers'], 2, /add --yes, and all records of the table Customers are gone/],
      [['field', 'delete', 'Name', '--table', 'Customers'], 2, /add --yes, and all values of the field Name are gone/],
      [['field', 'list', '--tabel', 'Customers'], 2, /unknown option '--tabel'\n\(Did you mean --table\?\)/],
      [['field', 'list'], 2, /required option '--table <table>' not specified/],
    ] as const) {
      const ended = await place.run(args);
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
      assert.match(ended.stderr, says);
    }
  });

  test('as JSON, a failure has a code: of the API, or of what went wrong here', async () => {
    for (const [args, code] of [
      [['field', 'list'], 'usage'],
      [['backup'], 'usage'],
      [['field', 'list', '--table', 'Nope'], 'not_found'],
      [['table', 'create', 'Customers'], 'name_taken'],
      [['init'], 'refused'],
    ] as const) {
      const { stderr } = await place.run([...args, '--json']);
      const { error } = JSON.parse(stderr) as Json;
      assert.equal(error.code, code, stderr);
      assert.doesNotMatch(error.message, /^error/);
    }
  });

  test('the list of fields tells formulas, choices and links, and what is broken', async () => {
    await run(['table', 'create', 'Things', '--field', 'Price:number', '--field', 'Tax:number']);
    for (const [name, type, ...options] of [
      ['Gross', 'formula', '--formula', '{Price} * 1.19'],
      ['Sum', 'formula', '--formula', '{Price} + {Tax}'],
      ['Size', 'single_select', '--choice', 'S', '--choice', 'L'],
      ['Owner', 'relation', '--target', 'Customers'],
    ]) {
      await run(['field', 'create', name ?? '', type ?? '', '--table', 'Things', ...options]);
    }
    await run(['field', 'delete', 'Tax', '--table', 'Things', '--yes']);
    const { stdout } = await place.run(['field', 'list', '--table', 'Things']);
    assert.match(stdout, /Gross +formula += \{Price\} \* 1\.19\n/);
    assert.match(stdout, /Sum +formula += .*broken: /);
    assert.match(stdout, /Size +single_select +S \| L\n/);
    assert.match(stdout, /Owner +relation +to Customers\n/);
    await run(['table', 'delete', 'Things', '--yes']);
  });

  test('members come, change and go, and an account that is switched off opens nothing', async () => {
    await run(['user', 'add', 'Ada@example.com', 'viewer', '--name', 'Ada']);
    const { members } = await run(['user', 'role', 'ada@example.com', 'editor']);
    assert.deepEqual([members[0].email, members[0].name, members[0].role], ['ada@example.com', 'Ada', 'editor']);
    await run(['user', 'disable', made.owner.email]);
    const listed = await place.run(['user', 'list']);
    assert.match(listed.stdout, new RegExp(`${made.owner.email} .*switched off\n`));
    assert.match(listed.stdout, /ada@example\.com .*\d\n/);
    const server = await place.serve();
    const env = { TESSERA_URL: server.url, TESSERA_API_KEY: made.keys.native };
    const refused = await place.run(['user', 'list', '--json'], env);
    assert.notEqual(refused.code, 0);
    await server.stop();
    await run(['user', 'enable', made.owner.email]);
    await run(['user', 'remove', 'ada@example.com']);
    assert.deepEqual(
      (await run(['user', 'list'])).members.map(({ email }: Json) => email),
      [made.owner.email],
    );
  });

  test('plans are changed and given', async () => {
    const { plans } = await run([
      'plan',
      'set',
      'team',
      '--limit',
      'native=7',
      '--personal-keys',
      '9',
      '--no-api-access',
    ]);
    assert.deepEqual(
      [plans[0].features.limits.native, plans[0].features.personal_keys_per_user, plans[0].features.api_access],
      [7, 9, false],
    );
    const small = await place.run(['plan', 'set', 'team', '--file-bytes', '1000']);
    assert.match(small.stdout, / 1000 bytes /);
    assert.equal((await run(['plan', 'assign', 'team'])).plan, 'team');
    await run(['plan', 'assign', 'business']);
    assert.equal((await run(['plan', 'list'])).plans.length, 3);
  });

  test('shells complete commands, subcommands and options', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await place.run(['completion', shell]);
      assert.equal(code, 0);
      assert.ok(
        ['export', 'key', '--table', 'rotate'].every((word) => stdout.includes(word.replace(/^--/, ''))),
        shell,
      );
    }
    const bash = (await place.run(['completion', 'bash'])).stdout;
    await writeFile(place.file('completion.bash'), bash);
    const complete = (...words: string[]) => {
      const list = words.map((word) => `'${word}'`).join(' ');
      const script = `source completion.bash; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _tessera; echo "\${COMPREPLY[*]}"`;
      return spawnSync('bash', ['-c', script], { cwd: place.folder, encoding: 'utf8' }).stdout.trim();
    };
    assert.equal(complete('tessera', 'exp'), 'export');
    assert.equal(complete('tessera', 'key', 'rot'), 'rotate');
    assert.equal(complete('tessera', 'import', 'a.csv', '--ke'), '--key');
    assert.equal(complete('tessera', 'export', '--format', ''), 'csv jsonl xlsx');
    assert.equal(complete('tessera', 'export', '--format', 'csv', '--fo'), '--format --force');
    assert.equal(complete('tessera', 'export', '--out', ''), '', 'a file, which the shell knows');
    assert.equal(complete('tessera', 'completion', 'b'), 'bash');
    assert.equal(complete('tessera', 'user', 'add', 'a@example.com', 'ed'), 'editor');
  });
});
