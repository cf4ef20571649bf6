/**
 * Idempotent writes: the first request with a key does the work and its answer is kept with it, in the same transaction;
 * the same request again gets that answer; another request with the key is refused.
 */
import type { Core } from './context.ts';
import { AppError } from './errors.ts';
import { keepOf } from './retention/life.ts';
import type { Tx } from './store.ts';

const hourMs = 3600 * 1000;

export interface Answer {
  readonly status: number;
  /** The body as it goes over the wire. */
  readonly body: string;
}

/** What makes a write idempotent: who sent which key with which request, and how its answer looks. */
export interface Once<T> {
  readonly subject: string;
  readonly key: string;
  /** Hash of method, path and body. */
  readonly fingerprint: string;
  /** The answer holds secrets: it is kept sealed under the master key, not in clear. */
  readonly isSecret?: boolean;
  answer(result: T): Answer;
}

/**
 * Thrown in place of doing the work again: carries the answer of the earlier, identical request. Not an error; operations
 * let it pass, so that what they do after a write (announcing it, dropping what is in memory) happens once as well.
 */
export class Replay {
  readonly answer: Answer;
  constructor(answer: Answer) {
    this.answer = answer;
  }
}

/** `core.store.write`, at most once per key of `once`. @throws Replay, idempotency_key_reused, and what `work` throws */
export function writeOnce<T>(core: Core, once: Once<T> | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
  return once === undefined ? core.store.write(work) : writeKept(core, once, work);
}

async function writeKept<T>(core: Core, once: Once<T>, work: (tx: Tx) => Promise<T>): Promise<T> {
  const { subject, key, fingerprint } = once;
  const owner = `idempotency/${subject}/${key}`;
  const result = await core.store.write(async (tx) => {
    const now = core.clock.now();
    const kept = await tx.find('idempotency', { subject, key });
    if (kept !== undefined && kept.expires_at > now) {
      if (kept.fingerprint !== fingerprint) throw new AppError('idempotency_key_reused');
      const body = once.isSecret === true ? core.secrets.open(kept.body, owner) : kept.body;
      return new Replay({ status: kept.status, body });
    }
    const done = await work(tx);
    const { status, body } = once.answer(done);
    await tx.upsert('idempotency', {
      subject,
      key,
      fingerprint,
      status,
      body: once.isSecret === true ? core.secrets.seal(body, owner) : body,
      expires_at: now + keepOf(core).idempotencyHours * hourMs,
    });
    return done;
  });
  // Thrown only here, when the answer that it repeats is on the disk.
  if (result instanceof Replay) throw result;
  return result;
}
