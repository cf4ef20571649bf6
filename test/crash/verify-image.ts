/**
 * What must hold for a database after any crash: it opens, it is whole, its tables are those of its catalog, its changes
 * log is complete and tells what the records are, every acknowledged write is there and none is half there, closed keys
 * stay closed, and no id comes twice.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openInstance } from '../../src/app.ts';
import { type Core, systemActor } from '../../src/core/context.ts';
import { AppError } from '../../src/core/errors.ts';
import { fieldTypes } from '../../src/core/fields/index.ts';
import { createRecord } from '../../src/core/records/create-record.ts';
import { recordId } from '../../src/core/records/record-view.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';
import type { Crew } from './crew.ts';
import { difference, type Expected, expectedAt, type Fact, type Journal, refusedText } from './journal.ts';
import { configOf, type Place } from './place.ts';
import { thingText } from './record-client.ts';
import { tableText } from './schema-client.ts';
import { verifyChanges } from './verify-changes.ts';
import { goOn, isOfImports, verifyImports } from './verify-imports.ts';
import { verifyStorage } from './verify-storage.ts';

/** What became of the operations that had no answer, by client; absent when none was under way. */
export type Outcomes = ReadonlyMap<
  string,
  { readonly hasHappened: boolean; readonly facts: ReadonlyMap<string, Fact> }
>;

export interface Verified {
  readonly outcomes: Outcomes;
  /** Imports that were interrupted, and went on to their end. */
  readonly wentOn: number;
}

/** Opens the database in the folder as a server would after a restart, and checks it. @throws AssertionError */
export async function verifyImage(
  folder: string,
  place: Place | null,
  { journals, imports }: Pick<Crew, 'journals' | 'imports'>,
  moment: number,
): Promise<Verified> {
  // The image is thrown away: nothing has to reach a disk.
  const instance = await openInstance(configOf(folder), { store: { sync: async () => undefined } });
  const { core } = instance;
  const raw = new Database(join(folder, 'tessera.db'), { readonly: true });
  try {
    assert.deepEqual(raw.pragma('integrity_check', { simple: true }), 'ok');
    const tables = await allTables(core);
    verifyStorage(raw, tables);
    await verifyChanges(core, raw, tables);
    verifySecrets(raw);
    if (place === null) return { outcomes: new Map(), wentOn: 0 };
    const outcomes = new Map();
    const facts = await factsOf(core, tables, place);
    for (const journal of journals) {
      const expected = expectedAt(journal, moment);
      const own = new Map([...(facts.get(journal.client) ?? []), ...(await secretFacts(core, expected))]);
      const hasHappened = settled(journal, expected, own, keptAnswers(raw));
      if (expected.underWay !== null) outcomes.set(journal.client, { hasHappened, facts: own });
      verifyAnswers(keptAnswers(raw), journal, moment);
    }
    await verifyNewIds(core, tables, place, journals, moment);
    await verifyImports(core, tables, (table) => recordsOf(core, table), place, imports, moment);
    const wentOn = await goOn(core, imports);
    if (wentOn > 0) {
      const after = await allTables(core);
      verifyStorage(raw, after);
      await verifyChanges(core, raw, after);
      await verifyImports(core, after, (table) => recordsOf(core, table), place, imports, moment);
    }
    return { outcomes, wentOn };
  } finally {
    raw.close();
    await instance.close();
  }
}

async function allTables(core: Core): Promise<TableSchema[]> {
  const tables: TableSchema[] = [];
  for (const { id } of await core.store.list('apps', {})) tables.push(...(await core.catalog.tablesOf(id)));
  return tables;
}

type IsKept = (idempotencyKey: string) => boolean;

function keptAnswers(raw: Database.Database): IsKept {
  const kept = raw.prepare('select 1 from idempotency where key = ?').pluck();
  return (key) => kept.get(key) === 1;
}

/** Whether what was under way has happened. @throws AssertionError when the facts are neither with it nor without it */
function settled(
  journal: Journal,
  { surely, perhaps, underWay }: Expected,
  actual: ReadonlyMap<string, Fact>,
  isKept: IsKept,
): boolean {
  const without = difference(actual, surely);
  if (perhaps === null || underWay === null) {
    assert.equal(without, null, journal.client);
    return false;
  }
  const having = difference(actual, perhaps);
  const what = `"${underWay.what}" of ${journal.client}, which had no answer`;
  assert.ok(without === null || having === null, `${what}, is half done: without it, ${without}; with it, ${having}`);
  if (underWay.idempotencyKey === null) return without !== null;
  // The answer is kept in the same transaction; where the facts do not tell, it alone does.
  const isAnswerKept = isKept(underWay.idempotencyKey);
  if (without !== null || having !== null) {
    assert.equal(isAnswerKept, without !== null, `${what}: its answer is kept exactly when it was done`);
  }
  return isAnswerKept;
}

/** Things, boxes and tables by the client that they name as their owner. */
async function factsOf(
  core: Core,
  tables: readonly TableSchema[],
  place: Place,
): Promise<Map<string, Map<string, Fact>>> {
  const facts = new Map<string, Map<string, Fact>>();
  const put = (owner: string, name: string, fact: Fact): void => {
    const own = facts.get(owner) ?? new Map<string, Fact>();
    assert.ok(!own.has(name), `${name} is there twice`);
    facts.set(owner, own.set(name, fact));
  };
  for (const table of tables) {
    if (isOfImports(table, place)) continue;
    if (table.id === place.thingsId || table.id === place.boxesId) {
      for (const { id, values } of await recordsOf(core, table)) {
        const isThing = table.id === place.thingsId;
        const text = isThing ? thingText({ ...values, Box: values.Box[0] ?? null, Labels: values.Labels ?? [] }) : '';
        put(values.Owner, `${isThing ? 'thing' : 'box'} ${values.Token}`, { id, text });
      }
    } else {
      const rows = await core.store.records.count(table);
      put(table.name.split(' ')[0] ?? '', `table ${table.name}`, { id: null, text: tableText(table.fields, rows) });
    }
  }
  return facts;
}

interface Read {
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: values of many types, compared as text
  readonly values: any;
}

async function recordsOf(core: Core, table: TableSchema): Promise<Read[]> {
  const records: Read[] = [];
  for await (const rows of core.store.records.scan(table, 500)) {
    for (const row of rows) {
      const values: Record<string, unknown> = {};
      for (const field of table.fields) {
        if (field.slot >= 0) values[field.name] = fieldTypes[field.type].fromStored(row[field.slot] ?? null, field);
      }
      records.push({ id: recordId(row), values });
    }
  }
  for (const field of table.relations) {
    const links = await core.store.records.links(
      field,
      records.map(({ id }) => id),
    );
    for (const { id, values } of records) values[field.name] = links.get(id) ?? [];
  }
  return records;
}

/** Whether each secret that the client was told opens, asked as a request would ask. */
async function secretFacts(core: Core, { surely, perhaps }: Expected): Promise<Map<string, Fact>> {
  const facts = new Map<string, Fact>();
  for (const name of new Set([...surely.keys(), ...(perhaps?.keys() ?? [])])) {
    if (!name.startsWith('secret ')) continue;
    const secret = name.slice('secret '.length);
    facts.set(name, { id: null, text: (await opens(core, secret)) ? 'open' : refusedText });
  }
  return facts;
}

async function opens(core: Core, secret: string): Promise<boolean> {
  try {
    await core.keyRing.verify(secret, 'native', ['key'], '127.0.0.1');
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.code === 'credential_unknown' || error.code === 'key_disabled'))
      return false;
    throw error;
  }
}

/** No key without secrets of its generation, no secret without its key: a rotation is whole or has not been. */
function verifySecrets(raw: Database.Database): void {
  const halves = raw
    .prepare(
      `select 'key ' || id from keys
         where not exists (select 1 from key_secrets s where s.key_id = keys.id and s.generation = keys.generation)
       union all
       select 'secret of ' || key_id from key_secrets where not exists (select 1 from keys where keys.id = key_id)`,
    )
    .pluck()
    .all();
  assert.deepEqual(halves, []);
}

/** Answers that are to be repeated are kept. */
function verifyAnswers(isKept: IsKept, journal: Journal, moment: number): void {
  for (const { idempotencyKey, answeredAt, isAnswered, what } of journal.operations) {
    if (idempotencyKey === null || !isAnswered || answeredAt === null || answeredAt > moment) continue;
    assert.ok(isKept(idempotencyKey), `the answer to "${what}" of ${journal.client} is not kept`);
  }
}

/** What is created from here on gets ids that nobody has been told before, not even of records that are gone. */
async function verifyNewIds(
  core: Core,
  tables: readonly TableSchema[],
  place: Place,
  journals: readonly Journal[],
  moment: number,
): Promise<void> {
  for (const [kind, tableId] of [['thing', place.thingsId] as const, ['box', place.boxesId] as const]) {
    const table = tables.find(({ id }) => id === tableId);
    assert.ok(table, `the table of the ${kind}s is missing`);
    const token = table.fieldByName.get('Token');
    assert.ok(token);
    const { row } = await createRecord(core, systemActor, table, [[token, 'made after the crash']]);
    const id = recordId(row);
    for (const journal of journals) {
      const before = journal.ids.find((one) => one.kind === kind && one.id === id && one.answeredAt <= moment);
      assert.equal(before, undefined, `${kind} ${id} of ${journal.client} was there before`);
    }
  }
}
