import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Json, makePlace } from './tessera.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test('an import that was killed goes on with --resume, and every row is there once', async () => {
  const place = await makePlace();
  try {
    const rows = 150_000;
    await place.run(['init', '--json']);
    await writeFile(
      place.file('big.csv'),
      `N,Text\n${Array.from({ length: rows }, (_, at) => `${at},Row ${at}`).join('\n')}\n`,
    );
    const env = { ...process.env, DATABASE_URL: `sqlite:${place.file('data/tessera.db')}` };
    const journal = place.file('big.csv.tessera-import');
    let table = '';
    let args: string[] = [];
    // Again where the import was quicker than the kill.
    for (let tries = 1; !existsSync(journal); tries += 1) {
      table = `Big ${tries}`;
      args = ['import', 'big.csv', '--table', table, '--yes', '--json'];
      const child = spawn(process.execPath, [main, ...args], { cwd: place.folder, env, stdio: 'ignore' });
      const ended = once(child, 'exit');
      while (!existsSync(journal) && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await new Promise((resolve) => setTimeout(resolve, 400));
      child.kill('SIGKILL');
      await ended;
    }

    const unasked = await place.run(args);
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /was cut off: add --resume/);
    const resumed = await place.run([...args, '--resume']);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal((JSON.parse(resumed.stdout) as Json).created, rows);
    const exported = await place.run(['export', '--table', table, '--fields', 'N']);
    const numbers = exported.stdout.split('\r\n').slice(1, -1);
    assert.equal(numbers.length, rows);
    assert.equal(new Set(numbers).size, rows);
    assert.ok(!existsSync(journal));
    assert.equal((await place.run([...args, '--resume'])).code, 2, 'there is nothing to resume');
  } finally {
    await place.remove();
  }
});
