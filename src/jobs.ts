/** What runs on a timer: usage flush, clearing of what has passed its life. */
import type { Core } from './core/context.ts';
import { createFileCollector } from './core/files/collect-files.ts';
import { clearIdempotency } from './core/records/clear-idempotency.ts';

export interface Jobs {
  /** Ends the timers and does what must not be lost. */
  stop(): Promise<void>;
}

export type JobFailure = (job: string, error: unknown) => void;

export function startJobs(core: Core, onFailure: JobFailure): Jobs {
  const running = new Set<Promise<void>>();
  const every = (name: string, ms: number, work: () => Promise<unknown>) => {
    let isRunning = false;
    return setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      const run: Promise<void> = work()
        .then(
          () => undefined,
          (error: unknown) => onFailure(name, error),
        )
        .finally(() => {
          isRunning = false;
          running.delete(run);
        });
      running.add(run);
    }, ms).unref();
  };
  const timers = [
    every('usage', 3_000, () => core.meter.flush()),
    every('idempotency', 60_000, () => clearIdempotency(core)),
    every('files', 60_000, createFileCollector(core)),
  ];
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running);
      await core.meter.flush();
    },
  };
}
