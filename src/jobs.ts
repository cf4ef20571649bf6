/** What runs by itself: what is queued is sent, usage is flushed, what has passed its life is cleared. */
import { type BackupSchedule, createBackupJob } from './core/backup/schedule-backups.ts';
import type { Core } from './core/context.ts';
import { runDeliveries } from './core/deliveries/run-deliveries.ts';
import { createFileCollector } from './core/files/collect-files.ts';
import { runImports } from './core/import/run-imports.ts';
import { removeExpiredSecrets } from './core/keys/remove-expired-secrets.ts';
import { createPushChannel } from './core/push/push-channel.ts';
import { clearOld } from './core/retention/clear-old.ts';
import { createWebhookChannel } from './core/webhooks/webhook-channel.ts';

export interface Jobs {
  /** Ends the timers and does what must not be lost. */
  stop(): Promise<void>;
}

export type JobFailure = (job: string, error: unknown) => void;

export interface JobOptions {
  /** Null: none are made. */
  readonly backups?: BackupSchedule | null;
}

export function startJobs(core: Core, onFailure: JobFailure, { backups = null }: JobOptions = {}): Jobs {
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
  const imports = runImports(core, (error) => onFailure('imports', error));
  const timers = [
    every('usage', 3_000, () => core.meter.flush()),
    every('visits', 5_000, () => core.visits.flush()),
    every('retention', 60_000, () => clearOld(core)),
    every('imports', 30_000, async () => imports.wake()),
    every('expired-secrets', 600_000, () => removeExpiredSecrets(core)),
    every('files', 60_000, createFileCollector(core)),
    ...(backups === null
      ? []
      : [every('backup', 60_000, createBackupJob({ clock: core.clock, snapshot: core.store.snapshot }, backups))]),
  ];
  const channels = { webhook: createWebhookChannel(core), push: createPushChannel(core) };
  const deliveries = runDeliveries(core, channels, (error) => onFailure('deliveries', error));
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await imports.stop();
      await deliveries.stop();
      await Promise.all(running);
      await core.meter.flush();
      await core.visits.flush();
    },
  };
}
