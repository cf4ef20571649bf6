/**
 * The worker that sends what is queued. Every target gets its turn: a few requests at once while it answers, a single one
 * while it fails, so that slow and dead receivers hold nobody up. What it was sending when the process died is sent again.
 */
import type { Core } from '../context.ts';
import { newId } from '../ids.ts';
import type { DeliveryRow } from '../system-rows.ts';
import { type Claim, claimDeliveries } from './claim-deliveries.ts';
import type { Channels } from './delivery.ts';
import type { OutboundAnswer } from './outbound.ts';
import { attemptOf, settleDelivery } from './settle-delivery.ts';

export interface Deliveries {
  /** Takes no more, gives running requests a moment, ends the rest; what was ended is sent again at the next start. */
  stop(): Promise<void>;
}

/** Requests under way at once, all targets together. */
const requestsMax = 256;
/** Rows that one transaction claims. */
const claimMax = 128;
const tickMs = 200;
/** How often all targets are looked for, should a notice have been missed. */
const scanEveryMs = 30_000;
const stopGraceMs = 3_000;

interface Target {
  readonly id: string;
  readonly channel: DeliveryRow['channel'];
  /** When it has something due; null: nothing that is known of. */
  nextAt: number | null;
  running: number;
  /** Requests at once: 1 after a failure, growing again with every success. */
  width: number;
}

export function runDeliveries(core: Core, channels: Channels, onFailure: (error: unknown) => void): Deliveries {
  const worker = newId();
  const { clock, store } = core;
  const targets = new Map<string, Target>();
  const running = new Set<Promise<void>>();
  const abort = new AbortController();
  let underWay = 0;
  let isStarted = false;
  let isStopped = false;
  let isPumping = false;
  let isPumpWanted = false;
  let scannedAt = Number.NEGATIVE_INFINITY;

  core.events.on('deliveries.queued', (queued) => {
    for (const { id, channel } of queued) wake(id, channel);
    pump();
  });

  function wake(id: string, channel: Target['channel']): void {
    const known = targets.get(id);
    if (known !== undefined) known.nextAt = 0;
    else targets.set(id, { id, channel, nextAt: 0, running: 0, width: channels[channel].widthMax });
  }

  function pump(): void {
    isPumpWanted = true;
    if (isPumping || isStopped || !isStarted) return;
    isPumping = true;
    const work = pumpAll()
      .catch(onFailure)
      .finally(() => {
        isPumping = false;
        running.delete(work);
      });
    running.add(work);
  }

  async function pumpAll(): Promise<void> {
    while (isPumpWanted && !isStopped) {
      isPumpWanted = false;
      if (clock.monotonic() - scannedAt >= scanEveryMs) await scan();
      const ready = readyTargets();
      if (ready.length === 0) continue;
      const now = clock.now();
      const claims = await store.write(async (tx) => {
        const found: [Target, Claim][] = [];
        for (const [target, limit] of ready)
          found.push([target, await claimDeliveries(tx, worker, target.id, limit, now)]);
        return found;
      });
      for (const [target, claim] of claims) {
        // Woken meanwhile: then there may be more than the claim saw.
        if (target.nextAt !== 0) target.nextAt = claim.nextAt;
        for (const row of claim.rows) start(target, row);
        if (target.nextAt === null && target.running === 0) targets.delete(target.id);
      }
      isPumpWanted ||= claims.some(
        ([{ nextAt, running, width }]) => nextAt !== null && nextAt <= now && running < width,
      );
    }
  }

  /** Targets that have something due and room for it. Whoever was served moves to the end of the queue. */
  function readyTargets(): [Target, number][] {
    const ready: [Target, number][] = [];
    const now = clock.now();
    let room = Math.min(claimMax, requestsMax - underWay);
    for (const target of [...targets.values()]) {
      if (room <= 0) break;
      if (target.nextAt === null || target.nextAt > now) continue;
      const limit = Math.min(target.width - target.running, room);
      if (limit <= 0) continue;
      targets.delete(target.id);
      targets.set(target.id, target);
      target.nextAt = now;
      ready.push([target, limit]);
      room -= limit;
    }
    return ready;
  }

  function start(target: Target, row: DeliveryRow): void {
    target.running += 1;
    underWay += 1;
    const work = deliver(target, row)
      .catch(onFailure)
      .finally(() => {
        target.running -= 1;
        underWay -= 1;
        running.delete(work);
        // The row behind this one may have been woken, and there is room again.
        target.nextAt = 0;
        pump();
      });
    running.add(work);
  }

  async function deliver(target: Target, row: DeliveryRow): Promise<void> {
    const channel = channels[row.channel];
    const at = clock.now();
    const request = await channel.prepare(row).catch((error: unknown) => {
      onFailure(error);
      return null;
    });
    // A fault of ours: tried again on the schedule, as a fault of the receiver is.
    if (request === null) {
      const answer = { status: null, error: 'the request could not be made', durationMs: 0 };
      return settleDelivery(core, channel, row, attemptOf(at, answer), 'retry', null);
    }
    if ('refusal' in request) {
      const attempt = { at, status: null, duration_ms: 0, error: request.refusal, answer: null };
      return settleDelivery(core, channel, row, attempt, 'failed', null);
    }
    const answer = await core.outbound.post(request, abort.signal);
    // Ended by the stop of the process, not by the receiver: no attempt. It is given back for the next start.
    if (abort.signal.aborted) return giveBack(row);
    const verdict = channel.judge(row, answer);
    target.width = isTargetWell(answer) ? Math.min(channel.widthMax, target.width * 2) : 1;
    const retryAfter = answer.status === null ? null : answer.retryAfter;
    await settleDelivery(core, channel, row, attemptOf(at, answer), verdict, retryAfter);
  }

  async function giveBack(row: DeliveryRow): Promise<void> {
    const mine = { seq: row.seq, claimed_by: worker };
    await store.write((tx) => tx.update('deliveries', mine, { due_at: clock.now(), claimed_by: null }));
  }

  /** Finds every target that has unfinished rows, one index step each. */
  async function scan(): Promise<void> {
    scannedAt = clock.monotonic();
    let after = '';
    for (;;) {
      const where = { target_id: { gt: after }, due_at: { gt: 0 } };
      const [row] = await store.list('deliveries', where, { orderBy: [['target_id', 'asc']], limit: 1 });
      if (row === undefined) return;
      after = row.target_id;
      wake(row.target_id, row.channel);
    }
  }

  /** The embedded database has one process at a time: what somebody claimed before us nobody is sending now. */
  async function takeOver(): Promise<void> {
    if (store.health().engine !== 'sqlite') return;
    const patch = { claimed_by: null, due_at: clock.now() };
    await store.write((tx) => tx.update('deliveries', { claimed_by: { gt: '' } }, patch));
  }

  const timer = setInterval(pump, tickMs).unref();
  const starting: Promise<void> = takeOver()
    .catch(onFailure)
    .finally(() => {
      running.delete(starting);
      isStarted = true;
      pump();
    });
  running.add(starting);

  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      const cut = setTimeout(() => abort.abort(), stopGraceMs);
      while (running.size > 0) await Promise.allSettled([...running]);
      clearTimeout(cut);
      core.outbound.close();
    },
  };
}

/** Whether the receiver as such is at work; a refusal of one delivery says nothing against it. */
function isTargetWell(answer: OutboundAnswer): boolean {
  return answer.status !== null && answer.status < 500 && answer.status !== 429;
}
