/** A progress bar with rate and time left on a terminal; nothing elsewhere. Notes go above it. */
import { onInterrupt } from './interrupt.ts';
import { note } from './output.ts';

export interface Progress {
  update(done: number): void;
  /** A line of its own. */
  note(text: string): void;
  stop(): void;
}

const silent: Progress = { update: () => undefined, note, stop: () => undefined };

export async function createProgress(total: number, isWanted: boolean, unit = 'rows'): Promise<Progress> {
  if (!isWanted || !process.stderr.isTTY || total === 0) return silent;
  const { default: progress } = await import('cli-progress');
  const { systemClock } = await import('../core/clock.ts');
  const bar = new progress.SingleBar({
    format: `{bar} {percentage} % | {value}/{total} ${unit} | {rate} ${unit}/s | {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
  });
  const startedAt = systemClock.monotonic();
  const rate = (done: number) => Math.round((done / Math.max(1, systemClock.monotonic() - startedAt)) * 1000);
  bar.start(total, 0, { rate: 0 });
  // The terminal gets its cursor back.
  const release = onInterrupt(() => bar.stop());
  return {
    update: (done) => bar.update(done, { rate: rate(done) }),
    note(text) {
      // Over the bar, which is drawn again on the next line with the next update.
      process.stderr.write('\r\u001b[K');
      note(text);
    },
    stop() {
      release();
      bar.stop();
    },
  };
}
