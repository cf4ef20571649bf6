/** A client that writes records of its own over every path that writes records. */
import type { Answer } from './call.ts';
import { type Client, perform } from './client.ts';
import type { Fact } from './journal.ts';
import { colours } from './place.ts';

interface Thing {
  readonly N: number;
  readonly Note: string;
  readonly Colour: string | null;
  readonly Labels: readonly string[];
  readonly Box: number | null;
}

interface OwnThing extends Thing {
  readonly token: string;
  readonly id: number;
}

/** As facts hold it: sets in one order. */
export function thingText(thing: Thing): string {
  const { N, Note, Colour, Labels, Box } = thing;
  return JSON.stringify({ N, Note, Colour, Labels: [...Labels].sort(), Box });
}

const thingsMax = 30;

type Step = (client: Client) => Promise<unknown>;

const steps: readonly (readonly [weight: number, step: Step])[] = [
  [6, createThing],
  [2, createByAdalo],
  [4, patchThing],
  [2, replaceThing],
  [3, deleteThing],
  [3, batch],
  [1, wrongBatch],
  [3, upsert],
  [2, createBox],
  [1, deleteBox],
];
const totalWeight = steps.reduce((sum, [weight]) => sum + weight, 0);

/** One operation, chosen by chance. */
export async function writeRecords(client: Client): Promise<void> {
  let left = client.random.next() * totalWeight;
  if (things(client).length > thingsMax) {
    await deleteThing(client);
    return;
  }
  for (const [weight, step] of steps) {
    left -= weight;
    if (left > 0) continue;
    await step(client);
    return;
  }
}

function things(client: Client): OwnThing[] {
  return own(client, 'thing ').map(([token, fact]) => ({ token, id: idOf(fact), ...JSON.parse(fact.text) }));
}

function boxes(client: Client): { readonly token: string; readonly id: number }[] {
  return own(client, 'box ').map(([token, fact]) => ({ token, id: idOf(fact) }));
}

function own(client: Client, prefix: string): [string, Fact][] {
  return [...client.journal.facts].flatMap(([name, fact]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), fact]] : [],
  );
}

function idOf(fact: Fact): number {
  if (fact.id === null) throw new Error('an id is not known');
  return fact.id;
}

function newThing(client: Client): Thing {
  const { random } = client;
  client.count += 1;
  const boxId = random.chance(0.4) ? (boxes(client)[0]?.id ?? null) : null;
  // Most records share a page with others; some take several.
  const length = random.chance(0.9) ? random.whole(0, 300) : random.whole(2_000, 20_000);
  return {
    N: client.count,
    Note: `${client.name} ${client.count} ${'x'.repeat(length)}`,
    Colour: random.chance(0.2) ? null : random.pick(colours),
    Labels: random.chance(0.3) ? [`label ${random.whole(1, 60)}`] : [],
    Box: boxId,
  };
}

function newToken(client: Client): string {
  client.count += 1;
  return `${client.name}-${client.count}`;
}

function fieldsOf(client: Client, token: string, thing: Thing): Record<string, unknown> {
  return { Token: token, Owner: client.name, ...thing, Box: thing.Box === null ? [] : [thing.Box] };
}

function fact(thing: Thing, id: number | null): Fact {
  return { id, text: thingText(thing) };
}

function recordsPath(client: Client): string {
  return `/api/v1/tables/${client.place.thingsId}/records`;
}

async function createThing(client: Client): Promise<void> {
  const token = newToken(client);
  const thing = newThing(client);
  await perform(client, {
    what: `create ${token}`,
    method: 'POST',
    path: recordsPath(client),
    body: { fields: fieldsOf(client, token, thing) },
    facts: new Map([[`thing ${token}`, fact(thing, null)]]),
    told: (answer, used) => {
      used('thing', answer.json.id);
      return new Map([[`thing ${token}`, fact(thing, answer.json.id)]]);
    },
    isIdempotent: client.random.chance(0.5),
  });
}

/** The same through another dialect: there is one way to the store, and this shows it. */
async function createByAdalo(client: Client): Promise<void> {
  const { place } = client;
  const token = newToken(client);
  const thing = { ...newThing(client), Box: null };
  const { Box: _box, ...fields } = fieldsOf(client, token, thing);
  await perform(client, {
    what: `create ${token} by Adalo`,
    method: 'POST',
    path: `/v0/apps/${place.appId}/collections/${place.thingsId}`,
    key: place.appKey,
    body: fields,
    facts: new Map([[`thing ${token}`, fact(thing, null)]]),
    told: (answer, used) => {
      used('thing', answer.json.id);
      return new Map([[`thing ${token}`, fact(thing, answer.json.id)]]);
    },
  });
}

async function patchThing(client: Client): Promise<void> {
  const list = things(client);
  if (list.length === 0) return;
  const { token, id, ...before } = client.random.pick(list);
  const wanted = newThing(client);
  const names = (Object.keys(wanted) as (keyof Thing)[]).filter(() => client.random.chance(0.5));
  const changes: Partial<Record<keyof Thing, unknown>> = {};
  for (const name of names) changes[name] = wanted[name];
  const after = { ...before, ...changes } as Thing;
  const fields = names.includes('Box') ? { ...changes, Box: wanted.Box === null ? [] : [wanted.Box] } : changes;
  await perform(client, {
    what: `patch ${token}`,
    method: 'PATCH',
    path: `${recordsPath(client)}/${id}`,
    body: { fields },
    facts: new Map([[`thing ${token}`, fact(after, id)]]),
  });
}

async function replaceThing(client: Client): Promise<void> {
  const list = things(client);
  if (list.length === 0) return;
  const { token, id } = client.random.pick(list);
  const after = newThing(client);
  await perform(client, {
    what: `replace ${token}`,
    method: 'PUT',
    path: `${recordsPath(client)}/${id}`,
    body: { fields: fieldsOf(client, token, after) },
    facts: new Map([[`thing ${token}`, fact(after, id)]]),
  });
}

async function deleteThing(client: Client): Promise<void> {
  const list = things(client);
  if (list.length === 0) return;
  const { token, id } = client.random.pick(list);
  await perform(client, {
    what: `delete ${token}`,
    method: 'DELETE',
    path: `${recordsPath(client)}/${id}`,
    facts: new Map([[`thing ${token}`, null]]),
  });
}

async function upsert(client: Client): Promise<void> {
  const { random } = client;
  const known = random.chance(0.5) ? things(client)[0] : undefined;
  const token = known?.token ?? newToken(client);
  const thing = newThing(client);
  await perform(client, {
    what: `upsert ${token}`,
    method: 'POST',
    path: `${recordsPath(client)}/upsert`,
    body: { match: 'Token', fields: fieldsOf(client, token, thing) },
    facts: new Map([[`thing ${token}`, fact(thing, known?.id ?? null)]]),
    told: (answer, used) => {
      if (known === undefined) used('thing', answer.json.id);
      return new Map([[`thing ${token}`, fact(thing, answer.json.id)]]);
    },
    isIdempotent: random.chance(0.5),
  });
}

async function batch(client: Client): Promise<void> {
  const { random } = client;
  const list = things(client);
  const gone = list.filter(() => random.chance(0.15));
  const changed = list.filter((one) => !gone.includes(one) && random.chance(0.15));
  const isLong = random.chance(0.05);
  const made = Array.from({ length: isLong ? random.whole(50, 200) : random.whole(1, 8) }, () => ({
    token: newToken(client),
    thing: { ...newThing(client), ...(isLong && { Note: 'one of many' }) },
  }));
  const after = changed.map(({ token, id }) => ({ token, id, thing: newThing(client) }));
  const factsOf = (ids: readonly (number | null)[]) =>
    new Map<string, Fact | null>([
      ...made.map(({ token, thing }, index) => [`thing ${token}`, fact(thing, ids[index] ?? null)] as const),
      ...after.map(({ token, id, thing }) => [`thing ${token}`, fact(thing, id)] as const),
      ...gone.map(({ token }) => [`thing ${token}`, null] as const),
    ]);
  await perform(client, {
    what: `batch of ${made.length} new, ${after.length} changed, ${gone.length} deleted`,
    method: 'POST',
    path: `${recordsPath(client)}/batch`,
    body: {
      create: made.map(({ token, thing }) => ({ fields: fieldsOf(client, token, thing) })),
      update: after.map(({ token, id, thing }) => ({ id, fields: fieldsOf(client, token, thing) })),
      delete: gone.map(({ id }) => id),
    },
    facts: factsOf([]),
    told: (answer, used) => {
      const ids: number[] = answer.json.created.map((one: { id: number }) => one.id);
      for (const id of ids) used('thing', id);
      return factsOf(ids);
    },
    isIdempotent: random.chance(0.5),
  });
}

/** Refused for its last item, when all before it have been written inside the transaction. */
async function wrongBatch(client: Client): Promise<void> {
  const [known] = things(client);
  if (known === undefined) return;
  const fresh = () => ({ fields: fieldsOf(client, newToken(client), newThing(client)) });
  const taken = { fields: fieldsOf(client, known.token, newThing(client)) };
  const isTaken = client.random.chance(0.5);
  await perform(client, {
    what: 'batch that must be refused',
    method: 'POST',
    path: `${recordsPath(client)}/batch`,
    body: isTaken ? { create: [fresh(), fresh(), taken] } : { create: [fresh()], delete: [known.id, 999_999_999] },
    facts: new Map(),
    isWrong: true,
  });
}

async function createBox(client: Client): Promise<void> {
  if (boxes(client).length > 3) return;
  const token = newToken(client);
  const factOf = (id: number | null): Map<string, Fact> => new Map([[`box ${token}`, { id, text: '' }]]);
  await perform(client, {
    what: `create box ${token}`,
    method: 'POST',
    path: `/api/v1/tables/${client.place.boxesId}/records`,
    body: { fields: { Token: token, Owner: client.name } },
    facts: factOf(null),
    told: (answer: Answer, used) => {
      used('box', answer.json.id);
      return factOf(answer.json.id);
    },
    isIdempotent: true,
  });
}

/** With it go the links of the things that are in it. */
async function deleteBox(client: Client): Promise<void> {
  const [box] = boxes(client);
  if (box === undefined) return;
  const inside = things(client).filter((thing) => thing.Box === box.id);
  await perform(client, {
    what: `delete box ${box.token}`,
    method: 'DELETE',
    path: `/api/v1/tables/${client.place.boxesId}/records/${box.id}`,
    facts: new Map<string, Fact | null>([
      [`box ${box.token}`, null],
      ...inside.map(({ token, id, ...thing }) => [`thing ${token}`, fact({ ...thing, Box: null }, id)] as const),
    ]),
  });
}
