/** The product with a database of about a gigabyte, which makes a backup of itself when it is told. */
import { databaseOf, openFileStorage, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createBackup } from '../src/core/backup/create-backup.ts';
import { systemActor } from '../src/core/context.ts';
import { setUpInstance } from '../src/core/setup/set-up-instance.ts';
import { createTable } from '../src/core/tables/create-table.ts';

const [file = '', megabytes = '1000', place = ''] = process.argv.slice(2);
const app = await startApp(
  readConfig({ PORT: '0', DATABASE_URL: `sqlite:${file}`, TESSERA_LOG_LEVEL: 'error', TESSERA_RATE_LIMIT: 'off' }),
);
const { core } = app;
const setup = await setUpInstance(core, {
  ownerEmail: 'bench@example.test',
  ownerName: 'Bench',
  workspaceName: 'Bench',
  appName: 'Bench',
});
const table = await createTable(core, systemActor, setup.app.id, {
  name: 'Items',
  fields: [
    { name: 'Name', type: 'text' },
    { name: 'Notes', type: 'long_text' },
  ],
});
const notesLength = 3900;
const rows = Math.ceil((Number(megabytes) * 1e6) / (notesLength + 200));
const notes = (n: number): string => {
  // Numbers in a sentence: compresses as what people type does.
  let text = '';
  for (let at = n * 1000; text.length < notesLength; at += 1)
    text += `item ${(at * 2_654_435_761) % 4_294_967_291} in aisle ${at % 37}; `;
  return text.slice(0, notesLength);
};
for (let from = 0; from < rows; from += 500) {
  const piece = Array.from({ length: Math.min(500, rows - from) }, (_, at) => [`Item ${from + at}`, notes(from + at)]);
  await core.store.write((tx) => tx.records.insert(table, piece, '2026-01-01T00:00:00.000Z', null));
}
process.send?.({ url: app.url, table: table.id, key: setup.keys.native, rows });
process.on('message', (message) => {
  if (message === 'backup') void backUp();
  if (message === 'stop') void app.close().then(() => process.exit(0));
});

async function backUp(): Promise<void> {
  const from = performance.now();
  const source = { ...databaseOf(app.config), snapshot: core.store.snapshot };
  const { manifest } = await createBackup(source, openFileStorage({ kind: 'disk', folder: place }));
  const { database, compressed } = manifest;
  process.send?.({
    seconds: (performance.now() - from) / 1000,
    bytes: database.bytes,
    compressedBytes: compressed.bytes,
  });
}
