/**
 * What each client was told, kept apart from the server: a list of operations with the moment at which each was sent and
 * answered. From it follows what must be there at any moment, and what may be there besides.
 */

/** One thing that can be looked up after a restart; `id` is null while nobody has been told it. */
export interface Fact {
  readonly id: number | null;
  /** In a form in which equal means equal. */
  readonly text: string;
}

export type Facts = Map<string, Fact>;

/** Of a secret that opens nothing. Unknown and closed ones look alike, as they should. */
export const refusedText = 'refused';

export interface Operation {
  readonly what: string;
  readonly sentAt: number;
  /** Null while there is no answer. */
  answeredAt: number | null;
  /** By the server itself, not by what was found after its death. */
  isAnswered: boolean;
  /** By name; null: gone. Refused operations have none. */
  facts: ReadonlyMap<string, Fact | null>;
  readonly idempotencyKey: string | null;
  /** Sends the same request again. */
  readonly again: (() => Promise<boolean>) | null;
}

export interface Journal {
  readonly client: string;
  readonly operations: Operation[];
  /** Everything that has been answered. */
  readonly facts: Facts;
  /** Ids that answers named, by kind of thing: none may ever come twice. */
  readonly ids: { readonly kind: string; readonly id: number; readonly answeredAt: number }[];
}

export function createJournal(client: string): Journal {
  return { client, operations: [], facts: new Map(), ids: [] };
}

/** The operation has been answered, with these facts (ids are known now); null: it was refused. */
export function answer(journal: Journal, operation: Operation, at: number, facts: Operation['facts'] | null): void {
  operation.isAnswered = true;
  operation.answeredAt = at;
  operation.facts = facts ?? new Map();
  applyFacts(journal.facts, operation.facts);
}

/** The operation that had no answer when the server died turned out to have happened or not; ids are those found. */
export function resolve(
  journal: Journal,
  operation: Operation,
  { hasHappened, facts }: { readonly hasHappened: boolean; readonly facts: ReadonlyMap<string, Fact> },
  at: number,
): void {
  const found = new Map<string, Fact | null>();
  for (const [name, fact] of operation.facts) found.set(name, fact === null ? null : (facts.get(name) ?? fact));
  answer(journal, operation, at, hasHappened ? found : null);
  operation.isAnswered = false;
}

function applyFacts(facts: Facts, changes: Operation['facts']): void {
  for (const [name, fact] of changes) {
    if (fact === null) facts.delete(name);
    else facts.set(name, fact);
  }
}

export interface Expected {
  /** What must be there. */
  readonly surely: Facts;
  /** What may be there instead: with the operation that was under way. Null when none was. */
  readonly perhaps: Facts | null;
  readonly underWay: Operation | null;
}

export function expectedAt(journal: Journal, moment: number): Expected {
  const surely: Facts = new Map();
  for (const operation of journal.operations) {
    if (operation.answeredAt !== null && operation.answeredAt <= moment) {
      applyFacts(surely, operation.facts);
      continue;
    }
    if (operation.sentAt > moment) break;
    const perhaps = new Map(surely);
    applyFacts(perhaps, operation.facts);
    return { surely, perhaps, underWay: operation };
  }
  return { surely, perhaps: null, underWay: null };
}

/** Why the facts are not these; null when they are. An id that nobody was told can be any. */
export function difference(actual: ReadonlyMap<string, Fact>, expected: Facts): string | null {
  for (const [name, fact] of expected) {
    const found = actual.get(name);
    if (found === undefined) return `${name} is missing`;
    if (found.text !== fact.text) return `${name} is ${shortened(found.text)} instead of ${shortened(fact.text)}`;
    if (fact.id !== null && found.id !== fact.id) return `${name} has id ${found.id} instead of ${fact.id}`;
  }
  for (const [name, { text }] of actual) {
    if (!expected.has(name) && text !== refusedText) return `${name} should not be there`;
  }
  return null;
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
