/** Puts a database file in place: whole, without damage, with everything that it should hold, or not at all. */
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { DatabaseFacts } from '../core/store.ts';
import { readDatabase } from './sqlite-snapshot.ts';

/** @throws name_taken where something is already; body_invalid when the database is not what was expected */
export async function restoreSqlite(
  path: string,
  content: AsyncIterable<Uint8Array>,
  expected: DatabaseFacts,
): Promise<void> {
  const file = resolve(path);
  for (const taken of [file, `${file}-wal`]) {
    if (existsSync(taken)) throw new AppError('name_taken', `${taken} exists already; restore into an empty place.`);
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.restoring`;
  try {
    await write(part, content);
    await check(part, expected);
    await rename(part, file);
    await syncFolder(dirname(file));
  } finally {
    for (const left of [part, `${part}-wal`, `${part}-shm`]) await rm(left, { force: true });
  }
}

async function write(part: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  // What an interrupted one left is written over.
  await rm(part, { force: true });
  const handle = await open(part, 'wx', 0o600);
  try {
    for await (const chunk of content) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function check(part: string, expected: DatabaseFacts): Promise<void> {
  const { facts, problems } = await readDatabase(part, { isChecked: true });
  const [first] = problems;
  if (facts === null) throw new AppError('body_invalid', `The database in the backup is damaged: ${first}`);
  const tables = new Set([...Object.keys(facts.counts), ...Object.keys(expected.counts)]);
  for (const table of tables) {
    const [found = 0, promised = 0] = [facts.counts[table], expected.counts[table]];
    if (found === promised) continue;
    throw new AppError('body_invalid', `The backup should hold ${promised} rows of ${table}, and holds ${found}.`);
  }
  if (facts.lastChange !== expected.lastChange) {
    throw new AppError('body_invalid', 'The log of changes in the backup does not end where it should.');
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
