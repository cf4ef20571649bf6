import assert from 'node:assert/strict';
import { chmod, copyFile, open, stat, writeFile } from 'node:fs/promises';
import { after, before, beforeEach, describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { type InitJson, type Json, makePlace, type Place } from '../cli/tessera.ts';

describe('tessera doctor', () => {
  let place: Place;
  let made: InitJson;
  before(async () => {
    place = await makePlace();
    made = JSON.parse((await place.run(['init', '--demo', '--json'])).stdout) as InitJson;
  });
  after(() => place.remove());

  /** A database to break, with its key. */
  const sick = 'sick/tessera.db';
  const env = () => ({ DATABASE_URL: `sqlite:${place.file(sick)}` });
  beforeEach(async () => {
    const { mkdir, rm } = await import('node:fs/promises');
    await rm(place.file('sick'), { recursive: true, force: true });
    await mkdir(place.file('sick'), { mode: 0o700 });
    for (const name of ['tessera.db', 'master.key']) {
      await copyFile(place.file(`data/${name}`), place.file(`sick/${name}`));
      await chmod(place.file(`sick/${name}`), 0o600);
    }
  });

  async function examine(
    more: Record<string, string> = {},
  ): Promise<{ code: number | null; findings: Json[]; out: string }> {
    const { code, stdout, stderr } = await place.run(['doctor', '--json'], { ...env(), ...more });
    assert.equal(stderr.includes('tessera:'), false, stderr);
    return { code, findings: (JSON.parse(stdout) as Json).findings, out: stdout };
  }

  const problems = (findings: readonly Json[]) =>
    findings.filter(({ state }) => state === 'problem').map(({ check }) => check);

  function spoil(...statements: string[]): void {
    const db = new Database(place.file(sick));
    for (const statement of statements) db.exec(statement);
    db.close();
  }

  test('finds nothing wrong with a new instance, also while it is served, and says no secret', async () => {
    const { code, findings, out } = await examine();
    assert.equal(code, 0, out);
    assert.deepEqual(problems(findings), []);
    const server = await place.serve();
    const beside = await place.run(['doctor']);
    await server.stop();
    assert.equal(beside.code, 0, beside.stdout);
    const { native, adalo, formaloo, retable } = made.keys;
    for (const secret of [native, adalo, formaloo.secretKey, formaloo.apiKey, retable]) {
      assert.ok(!out.includes(secret) && !beside.stdout.includes(secret));
    }
  });

  const tableId = () => made.tables.find(({ name }) => name === 'Orders')?.id ?? '';
  const cases: readonly { name: string; spoil: () => string[]; check: string; says: RegExp }[] = [
    {
      name: 'records that went behind its back',
      spoil: () => [`delete from "t_${tableId()}" where id = (select max(id) from "t_${tableId()}")`],
      check: 'counts',
      says: /Orders/,
    },
    {
      name: 'a table that is missing',
      spoil: () => [`drop table "t_${tableId()}"`],
      check: 'schema',
      says: /records of table Orders/,
    },
    {
      name: 'a table that belongs to nothing',
      spoil: () => ['create table "t_0000000000000000" (id integer primary key)'],
      check: 'schema',
      says: /belongs to no table/,
    },
    {
      name: 'secrets of no key',
      spoil: () => ['delete from keys'],
      check: 'references',
      says: /key_secrets/,
    },
    {
      name: 'a database of a newer version',
      spoil: () => ["insert into schema_migrations values ('9999-future', 1)"],
      check: 'version',
      says: /9999-future/,
    },
    {
      name: 'changes from the future',
      spoil: () => ['update changes set at = at + 86400000'],
      check: 'clock',
      says: /but a record was changed/,
    },
    {
      name: 'a sealed secret that does not open',
      spoil: () => ["update key_secrets set sealed = 'v1.AAAA' where sealed is not null"],
      check: 'master key',
      says: /does not open/,
    },
  ];
  for (const { name, spoil: statements, check, says } of cases) {
    test(`finds ${name}, and ends with 1`, async () => {
      spoil(...statements());
      const { code, findings, out } = await examine();
      assert.equal(code, 1, out);
      const found = findings.find((one) => one.state === 'problem' && one.check === check);
      assert.ok(found !== undefined, out);
      assert.match(found.detail, says);
      assert.ok(found.advice.length > 20);
    });
  }

  test('finds damage', async () => {
    const path = place.file(sick);
    const file = await open(path, 'r+');
    const { size } = await stat(path);
    for (let at = 4096 * 3; at < size; at += 4096 * 2) await file.write(Buffer.alloc(2048, 0xff), 0, 2048, at);
    await file.close();
    const { code, findings } = await examine();
    assert.equal(code, 1);
    assert.ok(findings.some(({ check }) => check === 'integrity' || check === 'database'));
  });

  test('finds a wrong, a missing and a readable master key', async () => {
    const wrong = await examine({ TESSERA_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') });
    assert.deepEqual([wrong.code, problems(wrong.findings)], [1, ['master key']]);
    await chmod(place.file('sick/master.key'), 0o644);
    const open = await examine();
    assert.deepEqual([open.code, problems(open.findings)], [1, ['permissions']]);
    await writeFile(place.file('sick/master.key'), 'nonsense');
    assert.equal((await examine()).code, 1);
  });

  test('finds uploads whose content is gone, and a folder of files that cannot be read', async () => {
    const server = await place.serve('serve', env());
    const path = `/api/v1/apps/${made.app.id}/files?filename=a.txt`;
    const authorization = `Bearer ${made.keys.native}`;
    const upload = await fetch(server.url + path, { method: 'POST', headers: { authorization }, body: 'hello' });
    const { id } = (await upload.json()) as Json;
    await server.stop();
    const whole = await examine();
    assert.match(whole.findings.find(({ check }) => check === 'files').detail, /all 1 uploaded files/);
    const { rm } = await import('node:fs/promises');
    await rm(place.file('sick/files'), { recursive: true });
    const { code, findings } = await examine();
    assert.deepEqual([code, problems(findings)], [1, ['files']]);
    assert.match(findings.find(({ check }) => check === 'files').detail, new RegExp(`1 of 1 .*${id}`));
    await writeFile(place.file('sick/files'), 'a file instead of a folder');
    const unreadable = await examine();
    assert.deepEqual(problems(unreadable.findings), ['files']);
  });

  test('finds a database of something else, and a setting whose name is mistyped', async () => {
    await writeFile(place.file(sick), '');
    const empty = await examine();
    assert.equal(empty.findings.find(({ check }) => check === 'database').detail, 'is no database of Tessera');
    const { findings } = await examine({ TESSERA_KEEP_CHANGE_DAYS: '3' });
    const warned = findings.filter(({ check, state }) => check === 'settings' && state === 'warning');
    assert.deepEqual(
      warned.map(({ detail }) => detail),
      ['TESSERA_KEEP_CHANGE_DAYS is no setting of Tessera'],
    );
  });

  test('finds a setting that cannot be used, a database that is not there, and backups that stopped', async () => {
    const setting = await examine({ PORT: 'many' });
    assert.deepEqual([setting.code, problems(setting.findings)], [1, ['settings']]);
    const missing = await examine({ DATABASE_URL: 'sqlite:nowhere.db' });
    assert.deepEqual([missing.code, problems(missing.findings)], [1, ['database']]);
    await writeFile(place.file('tessera-20200101T000000000Z.json'), '{}');
    const old = await examine({ TESSERA_BACKUP: `disk:${place.folder}`, TESSERA_BACKUP_EVERY: '1h' });
    assert.deepEqual([old.code, problems(old.findings)], [1, ['backup']]);
  });
});
