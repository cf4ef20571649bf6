/** The clients that write at the same time: four of records, one of keys, one of tables. */
import { type Caller, createCaller } from './call.ts';
import { BrokenPromise, type Client, ServerGone } from './client.ts';
import { createJournal, type Journal } from './journal.ts';
import { createKeyWriter } from './key-client.ts';
import type { Place } from './place.ts';
import { createRandom } from './random.ts';
import { writeRecords } from './record-client.ts';
import { createSchemaWriter } from './schema-client.ts';

const recordClients = 4;
/** Keys that a crew needs. */
export const crewSize = recordClients + 2;

export interface Crew {
  readonly journals: readonly Journal[];
  /** Writes until told to stop or until the server is gone. @throws BrokenPromise */
  work(url: string, now: () => number, isOver: () => boolean): Promise<void>;
  /** Sends again what had no answer, where it can be repeated; answers by client whether it had been done before. */
  repeat(url: string, now: () => number): Promise<ReadonlyMap<string, boolean>>;
}

export function createCrew(place: Place, seed: number): Crew {
  const members = place.keys.map((key, index) => {
    const name = index < recordClients ? `writer${index}` : index === recordClients ? 'keys' : 'tables';
    const client: Client = {
      name,
      key,
      place,
      random: createRandom(seed * 1000 + index),
      journal: createJournal(name),
      count: 0,
      caller: { call: () => Promise.reject(new ServerGone('not started')), close: () => undefined },
      now: () => 0,
    };
    if (name === 'keys') return { client, step: createKeyWriter(client).step };
    if (name === 'tables') return { client, step: createSchemaWriter(client).step };
    return { client, step: () => writeRecords(client) };
  });

  async function connected(url: string, now: () => number, work: () => Promise<unknown>): Promise<void> {
    const caller: Caller = createCaller(url);
    for (const { client } of members) {
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
    journals: members.map(({ client }) => client.journal),
    work: (url, now, isOver) => connected(url, now, () => Promise.all(members.map(({ step }) => steps(step, isOver)))),
    async repeat(url, now) {
      const repeated = new Map<string, boolean>();
      await connected(url, now, async () => {
        for (const { client } of members) {
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
