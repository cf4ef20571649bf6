import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;

describe('Ctrl-C', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tessera-interrupt-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a script until it says that it has begun, sends the signal, and answers by what it ended. */
  async function interrupted(script: string, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
    const file = join(folder, 'script.ts');
    await writeFile(file, script);
    const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    // A script that fails says nothing: its end is enough.
    await Promise.race([once(child.stdout, 'data'), ended]);
    child.kill(signal);
    const [, endedBy] = await ended;
    await rm(file);
    return endedBy;
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} leaves nothing of a file that is being written, and ends by the signal`, async () => {
      const script = `
        import { writeFileWhole } from ${JSON.stringify(source('cli/write-file.ts'))};
        async function* endless() {
          yield Buffer.from('a,b\\r\\n');
          yield Buffer.from('1,2\\r\\n');
          console.log('begun');
          await new Promise((resolve) => setInterval(resolve, 1e9));
        }
        await writeFileWhole('out.csv', endless());`;
      assert.equal(await interrupted(script, signal), signal);
      assert.deepEqual(await readdir(folder), []);
    });
  }

  test('leaves no copy of the database beside it', async () => {
    const script = `
      import { onInterrupt } from ${JSON.stringify(source('cli/interrupt.ts'))};
      import { openStore, removeSnapshots } from ${JSON.stringify(source('app.ts'))};
      import { snapshotSqlite } from ${JSON.stringify(source('store/sqlite-snapshot.ts'))};
      import { systemClock } from ${JSON.stringify(source('core/clock.ts'))};
      await openStore({ databaseUrl: 'sqlite:t.db', clock: systemClock });
      onInterrupt(removeSnapshots);
      await snapshotSqlite('t.db');
      console.log('begun');
      setInterval(() => undefined, 1e9);`;
    assert.equal(await interrupted(script, 'SIGINT'), 'SIGINT');
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('snapshot')),
      [],
    );
  });
});
