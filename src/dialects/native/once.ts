/** `Idempotency-Key`: the same create sent twice happens once and is answered alike (kept 24 h, across restarts). */
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { type Answer, type Once, Replay } from '../../core/once.ts';
import { sendJson } from './send.ts';

const keyForm = /^[\x21-\x7e]{1,255}$/;

/** The idempotency of a request, when it asks for it. @throws idempotency_key_invalid */
export function onceOf<T>(request: FastifyRequest, answer: (result: T) => Answer): Once<T> | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !keyForm.test(key)) {
    const message = 'must be 1 to 255 visible ASCII characters';
    throw new AppError('idempotency_key_invalid', `Idempotency-Key: ${message}`, {
      issues: [{ field: 'Idempotency-Key', code: 'idempotency_key_invalid', message }],
    });
  }
  const actor = request.call?.actor;
  const fingerprint = hash('sha256', `${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`, 'base64url');
  return { subject: actor?.label ?? '', key, fingerprint, answer };
}

/** Sends a fresh result or the kept answer of an earlier, identical request. */
export function sendOnce<T>(reply: FastifyReply, result: T | Replay, answer: (result: T) => Answer): FastifyReply {
  if (!(result instanceof Replay)) {
    const { status, body } = answer(result);
    return sendJson(reply, status, body);
  }
  reply.header('Idempotency-Replayed', 'true');
  return sendJson(reply, result.answer.status, result.answer.body);
}
