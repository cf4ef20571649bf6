/** The clients that write at the same time: four of records, one of keys, one of tables, one of imports. */
import { type Caller, createCaller } from './call.ts';
import { BrokenPromise, type Client, ServerGone } from './client.ts';
import { createImportWriter } from './import-client.ts';
import { importClient, type LoggedImport } from './import-log.ts';
import { createJournal, type Journal } from './journal.ts';
import { createKeyWriter } from './key-client.ts';
import type { Place } from './place.ts';
import { createRandom } from './random.ts';
import { writeRecords } from './record-client.ts';
import { createSchemaWriter } from './schema-client.ts';

const recordClients = 4;
/** Keys that a crew needs. */
export const crewSize = recordClients + 3;
const others = ['keys', 'tables', importClient];

export interface Crew {
  readonly journals: readonly Journal[];
  readonly imports: readonly LoggedImport[];
  /** Writes until told to stop or until the server is gone. @throws BrokenPromise */
  work(url: string, now: () => number, isOver: () => boolean): Promise<void>;
  /** Sends again what had no answer, where it can be repeated; answers by client whether it had been done before. */
  repeat(url: string, now: () => number): Promise<ReadonlyMap<string, boolean>>;
  /** Waits until every import has ended. @throws BrokenPromise, ServerGone */
  settle(url: string, now: () => number): Promise<void>;
}

export function createCrew(place: Place, seed: number): Crew {
  const clients = place.keys.map((key, index): Client => {
    const name = others[index - recordClients] ?? `writer${index}`;
    return {
      name,
      key,
      place,
      random: createRandom(seed * 1000 + index),
      journal: createJournal(name),
      count: 0,
      caller: { call: () => Promise.reject(new ServerGone('not started')), close: () => undefined },
      now: () => 0,
    };
  });
  const clientOf = (name: string): Client => {
    const client = clients.find((one) => one.name === name);
    if (client === undefined) throw new Error(`${name} has no key`);
    return client;
  };
  const imports = createImportWriter(clientOf(importClient));
  const members = [
    ...clients.slice(0, recordClients).map((client) => () => writeRecords(client)),
    createKeyWriter(clientOf('keys')).step,
    createSchemaWriter(clientOf('tables')).step,
    imports.step,
  ];

  async function connected(url: string, now: () => number, work: () => Promise<unknown>): Promise<void> {
    const caller: Caller = createCaller(url);
    for (const client of clients) {
      client.caller = caller;
      client.now = now;
    }
    try {
      await work();
    } finally {
      caller.close();
    }
  }

  async function steps(step: () => Promise<void>, isOver: () => boolean): Promise<void> {
    try {
      while (!isOver()) await step();
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error;
      // Whoever stops here has one operation without an answer.
    }
  }

  return {
    journals: clients.map(({ journal }) => journal),
    imports: imports.imports,
    work: (url, now, isOver) => {
      imports.restart();
      return connected(url, now, () => Promise.all(members.map((step) => steps(step, isOver))));
    },
    settle: (url, now) => connected(url, now, imports.settle),
    async repeat(url, now) {
      const repeated = new Map<string, boolean>();
      await connected(url, now, async () => {
        for (const client of clients) {
          const last = client.journal.operations.at(-1);
          if (last?.answeredAt !== null || last.again === null) continue;
          repeated.set(client.name, await last.again());
        }
      });
      return repeated;
    },
  };
}

/** No acknowledged id twice, whatever happened between the two. */
export function refuseRepeatedIds(journals: readonly Journal[]): void {
  const seen = new Set<string>();
  for (const { client, ids } of journals) {
    for (const { kind, id } of ids) {
      const name = `${kind} ${id}`;
      if (seen.has(name)) throw new BrokenPromise(`${client}: ${name} was acknowledged twice`);
      seen.add(name);
    }
  }
}
