/**
 * Idempotent writes: the first request with a key does the work and its answer is kept with it, in the same transaction;
 * the same request again gets that answer; another request with the key is refused.
 */
import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Tx } from '../store.ts';

/** How long an answer is kept. */
export const idempotencyLifeMs = 24 * 60 * 60 * 1000;

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
  answer(result: T): Answer;
}

/** The answer of an earlier, identical request. */
export class Replay {
  readonly answer: Answer;
  constructor(answer: Answer) {
    this.answer = answer;
  }
}

export async function writeOnce<T>(
  core: Core,
  once: Once<T> | undefined,
  work: (tx: Tx) => Promise<T>,
): Promise<T | Replay> {
  if (once === undefined) return core.store.write(work);
  return core.store.write(async (tx) => {
    const now = core.clock.now();
    const kept = await tx.find('idempotency', { subject: once.subject, key: once.key });
    if (kept !== undefined && kept.expires_at > now) {
      if (kept.fingerprint !== once.fingerprint) throw new AppError('idempotency_key_reused');
      return new Replay({ status: kept.status, body: kept.body });
    }
    const result = await work(tx);
    const answer = once.answer(result);
    await tx.upsert('idempotency', {
      subject: once.subject,
      key: once.key,
      fingerprint: once.fingerprint,
      status: answer.status,
      body: answer.body,
      expires_at: now + idempotencyLifeMs,
    });
    return result;
  });
}
