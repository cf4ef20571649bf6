/**
 * A server of nothing, to be killed: opens the database named on the command line, inserts without end with 64 writes in
 * flight, and prints the id of each row when it is acknowledged. `small-log` makes checkpoints frequent.
 */
import { openSqlite } from '../../src/store/sqlite.ts';

const [file = '', mode] = process.argv.slice(2);
const checkpoint = mode === 'small-log' ? { growthBytes: 65_536, holdBytes: 262_144 } : {};
const engine = await openSqlite({ file, checkpoint });
await engine.write((tx) => tx.run('create table if not exists t (id integer primary key autoincrement, v text)', []));

async function client(): Promise<void> {
  for (;;) {
    const id = await engine.write((tx) => tx.insert('insert into t (v) values (?)', ['x'.repeat(300)]));
    await new Promise((resolve) => process.stdout.write(`${id}\n`, resolve));
  }
}

await Promise.all(Array.from({ length: 64 }, client));
