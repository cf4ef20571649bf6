/** What every client does around a request: writes down that it was sent, and what the answer promised. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Answer, Caller } from './call.ts';
import { answer, type Fact, type Journal, type Operation } from './journal.ts';
import type { Place } from './place.ts';
import type { Random } from './random.ts';

export interface Client {
  readonly name: string;
  readonly key: string;
  readonly place: Place;
  readonly random: Random;
  readonly journal: Journal;
  /** Numbers for names that nobody else uses. */
  count: number;
  /** Set for each life of the server. */
  caller: Caller;
  /** The moment, as the journal counts them. */
  now: () => number;
}

export interface Request {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** The client's own unless given. */
  readonly key?: string;
  /** What it will change when it is done, as far as that is known before the answer. */
  readonly facts: ReadonlyMap<string, Fact | null>;
  /** The same, once the answer is there; ids that it names are told to `used`. */
  readonly told?: (answer: Answer, used: (kind: string, id: number) => void) => ReadonlyMap<string, Fact | null>;
  readonly isIdempotent?: boolean;
  /** It must be refused, and nothing of it be done. */
  readonly isWrong?: boolean;
}

/** The server died under the request: nobody knows whether it was done. */
export class ServerGone extends Error {}

/** A server that lives answered what it must not. */
export class BrokenPromise extends Error {}

/** Sends the request and notes its answer. @throws ServerGone, BrokenPromise */
export async function perform(client: Client, request: Request): Promise<Answer> {
  const { journal } = client;
  client.count += 1;
  const key = request.isIdempotent === true ? `${client.name}-${client.count}` : null;
  const operation: Operation = {
    what: request.what,
    sentAt: client.now(),
    answeredAt: null,
    isAnswered: false,
    facts: request.facts,
    idempotencyKey: key,
    again: key === null ? null : () => repeat(client, request, operation, key),
  };
  journal.operations.push(operation);
  const got = await send(client, request, key);
  note(client, request, operation, got);
  return got;
}

/** Sends it again after a restart; true when the server says that it had been done before. */
async function repeat(client: Client, request: Request, operation: Operation, key: string): Promise<boolean> {
  const got = await send(client, request, key);
  note(client, request, operation, got);
  return got.headers['idempotency-replayed'] === 'true';
}

/** Sends it and nothing more. @throws ServerGone */
export async function send(
  client: Client,
  request: Pick<Request, 'method' | 'path' | 'body' | 'key'>,
  key: string | null,
): Promise<Answer> {
  const headers: OutgoingHttpHeaders = key === null ? {} : { 'idempotency-key': key };
  try {
    return await client.caller.call(request.method, request.path, request.key ?? client.key, request.body, headers);
  } catch (error) {
    throw new ServerGone(String(error), { cause: error });
  }
}

function note(client: Client, request: Request, operation: Operation, got: Answer): void {
  const { journal } = client;
  const isRefused = got.status >= 400 && got.status < 500;
  if (got.status >= 500 || isRefused !== (request.isWrong === true)) {
    throw new BrokenPromise(`${client.name}: ${request.what} got ${got.status}: ${got.text.slice(0, 500)}`);
  }
  const at = client.now();
  const used = (kind: string, id: number): void => {
    journal.ids.push({ kind, id, answeredAt: at });
  };
  answer(journal, operation, at, isRefused ? null : (request.told?.(got, used) ?? request.facts));
}
