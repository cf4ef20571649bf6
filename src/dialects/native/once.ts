/** `Idempotency-Key`: the same create sent twice happens once and is answered alike (kept 24 h, across restarts). */
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { type Answer, type Once, Replay } from '../../core/once.ts';
import { sendJson } from './send.ts';

const keyForm = /^[\x21-\x7e]{1,255}$/;

/** Everything that can be created is shown with its id first; a kept answer needs no parsing to find it. */
const leadingId = /^\{"id":"?([0-9A-Za-z]+)/;

export interface Creation<T> {
  /** What a result looks like on the wire. */
  answer(result: T): Answer;
  /** The path under which what was made can be read, from its id. */
  locate?(id: string): string;
  /** The answer holds secrets. */
  readonly isSecret?: boolean;
  /** The body is read by `create`, which tells it from others by itself. */
  readonly isStreamed?: boolean;
}

/** Runs a create, at most once per Idempotency-Key, and sends its answer or the kept one. @throws idempotency_key_invalid */
export async function answerOnce<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  creation: Creation<T>,
  create: (once: Once<T> | undefined) => Promise<T>,
): Promise<FastifyReply> {
  const key = request.headers['idempotency-key'];
  let answer: Answer | undefined;
  // Rendered once, inside the transaction where the answer is kept.
  const render = (result: T) => (answer = creation.answer(result));
  try {
    const result = await create(key === undefined ? undefined : onceOf(request, key, creation, render));
    answer ??= render(result);
  } catch (thrown) {
    if (!(thrown instanceof Replay)) throw thrown;
    answer = thrown.answer;
    reply.header('Idempotency-Replayed', 'true');
  }
  const id = answer.status === 201 || answer.status === 202 ? leadingId.exec(answer.body)?.[1] : undefined;
  if (id !== undefined && creation.locate !== undefined) reply.header('Location', creation.locate(id));
  return sendJson(reply, answer.status, answer.body);
}

function onceOf<T>(
  request: FastifyRequest,
  key: string | string[],
  creation: Creation<T>,
  answer: (result: T) => Answer,
): Once<T> {
  if (typeof key !== 'string' || !keyForm.test(key)) {
    const message = 'must be 1 to 255 visible ASCII characters';
    throw new AppError('idempotency_key_invalid', `Idempotency-Key: ${message}`, {
      issues: [{ field: 'Idempotency-Key', code: 'idempotency_key_invalid', message }],
    });
  }
  const body = creation.isStreamed === true ? '' : bodyText(request.body);
  const fingerprint = hash('sha256', `${request.method} ${request.url}\n${body}`, 'base64url');
  const subject = request.call?.actor.label ?? '';
  return { subject, key, fingerprint, answer, ...(creation.isSecret === true && { isSecret: true }) };
}

/** The body in one form, whatever its spacing. @throws body_invalid */
function bodyText(body: unknown): string {
  try {
    return JSON.stringify(body ?? null);
  } catch {
    // What JSON.parse reads without recursion, JSON.stringify cannot write at any depth.
    throw new AppError('body_invalid', 'body: is nested too deeply', {
      issues: [{ field: 'body', code: 'body_invalid', message: 'is nested too deeply' }],
    });
  }
}
