/** Asks the limiter for one call and says in headers what is left (IETF draft ratelimit-headers, and the older X- form). */
import type { FastifyReply } from 'fastify';
import type { Core } from '../core/context.ts';
import { AppError } from '../core/errors.ts';
import type { Decision } from '../core/limits/limiter.ts';
import type { Call } from './call.ts';

/** Answer headers that browsers must be allowed to read. */
export const rateLimitHeaders =
  'RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After';

/** @throws rate_limited */
export function takeCall(core: Core, call: Pick<Call, 'verified'>, reply: FastifyReply): void | Promise<void> {
  const limit = call.verified?.limit;
  if (limit === undefined || limit.perSecond === 0 || !core.settings.areLimitsOn) {
    // Clients that read these headers without a default must find them even where nothing is limited.
    if (call.verified !== null) writeHeaders(core, reply, unlimited);
    return;
  }
  const decision = core.limiter.take(limit.subject, limit.perSecond);
  return decision instanceof Promise ? decision.then((one) => apply(core, reply, one)) : apply(core, reply, decision);
}

const unlimited: Decision = { isAdmitted: true, limit: 1_000_000, remaining: 1_000_000, resetMs: 0 };

function apply(core: Core, reply: FastifyReply, decision: Decision): void {
  writeHeaders(core, reply, decision);
  if (decision.isAdmitted) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(decision.resetMs / 1000));
  throw new AppError('rate_limited', `At most ${decision.limit} calls a second are allowed.`, { retryAfterSeconds });
}

/** Policies by limit: one text per limit, made once. */
const policies = new Map<number, string>();

function writeHeaders(core: Core, reply: FastifyReply, { limit, remaining, resetMs }: Decision): void {
  let policy = policies.get(limit);
  if (policy === undefined) {
    policy = `"calls";q=${limit};w=1`;
    policies.set(limit, policy);
  }
  reply.header('ratelimit', `"calls";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
  reply.header('ratelimit-policy', policy);
  reply.header('x-ratelimit-limit', limit);
  reply.header('x-ratelimit-remaining', remaining);
  reply.header('x-ratelimit-reset', Math.ceil((core.clock.now() + resetMs) / 1000));
}
