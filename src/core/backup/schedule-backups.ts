/** Backups that the server makes by itself. */
import type { Clock } from '../clock.ts';
import type { ListedStorage } from '../files/storage.ts';
import type { FilesSource } from './backup-files.ts';
import { type BackupSource, createBackup } from './create-backup.ts';
import { listBackups } from './list-backups.ts';
import { rotateBackups } from './rotate-backups.ts';

export interface BackupSchedule {
  readonly place: ListedStorage;
  readonly files: FilesSource;
  readonly everyMs: number;
  /** Backups kept. */
  readonly keep: number;
}

const retryMs = 10 * 60_000;

/**
 * What is run every minute: makes a backup when the last one in the place is old enough, whoever made it, and removes
 * those beyond the number to keep. After a failure it waits a while before it tries again.
 */
export function createBackupJob(
  { clock, snapshot }: { readonly clock: Clock; readonly snapshot: BackupSource['snapshot'] },
  schedule: BackupSchedule,
) {
  let notBefore = 0;
  return async (): Promise<void> => {
    const now = clock.now();
    if (now < notBefore) return;
    notBefore = now + retryMs;
    const last = (await listBackups(schedule.place)).at(-1);
    if (last !== undefined && now - last.at < schedule.everyMs) {
      notBefore = Math.min(notBefore, last.at + schedule.everyMs);
      return;
    }
    await createBackup({ clock, snapshot, files: schedule.files }, schedule.place);
    await rotateBackups(schedule.place, schedule.keep, now);
    notBefore = now + Math.min(schedule.everyMs, retryMs);
  };
}
