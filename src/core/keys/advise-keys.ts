/** Adds to keys the advice that their use of the last days gives. */
import { type Core, systemActor } from '../context.ts';
import { readUsage } from '../usage/read-usage.ts';
import { adviceFor, comparedDays, type HourOfUse, type KeyAdvice } from './key-advice.ts';
import type { KeyView } from './key-secrets.ts';

export interface AdvisedKey extends KeyView {
  /** Empty when all is well. */
  readonly advice: readonly KeyAdvice[];
}

const dayMs = 86_400_000;

export async function adviseKeys(core: Core, keys: readonly KeyView[]): Promise<AdvisedKey[]> {
  const now = core.clock.now();
  const from = now - (comparedDays + 1) * dayMs;
  const advised: AdvisedKey[] = [];
  for (const key of keys) {
    const hours = await hoursOf(core, key.id, from, now);
    const current = key.secrets.find((secret) => secret.generation === key.generation);
    const advice = adviceFor(
      {
        createdAt: key.created_at,
        secretCreatedAt: current?.created_at ?? key.created_at,
        lastUsedAt: key.last_used_at,
        hours,
      },
      now,
    );
    advised.push({ ...key, advice });
  }
  return advised;
}

/** Whoever may see the keys may see the advice, so this is read as the server itself. */
async function hoursOf(core: Core, keyId: string, from: number, now: number): Promise<HourOfUse[]> {
  const sums = await readUsage(core, systemActor, { keyId, from, to: now + 60_000, by: ['hour', 'status'] });
  const hours = new Map<number, { at: number; calls: number; refused: number }>();
  for (const { at = 0, status = 0, calls } of sums) {
    const hour = hours.get(at) ?? { at, calls: 0, refused: 0 };
    hour.calls += calls;
    // 4 stands for its class, 401, 423 and 429 for themselves.
    if (status === 4 || status > 99) hour.refused += calls;
    hours.set(at, hour);
  }
  return [...hours.values()];
}
