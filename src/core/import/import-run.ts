/** One import of one file, by name, so that it can go on where it was interrupted. */
import type { Core } from '../context.ts';

export interface ImportRun {
  /** Random; kept outside the database for as long as the import is not over. */
  readonly id: string;
  /** Tells the content from any other, where the file can change before the import goes on. */
  readonly content?: string;
}

export function subjectOf({ id }: ImportRun): string {
  return `import/${id}`;
}

const rowsPerStep = 500;

/** The import is over: what was noted of it is needed no more. */
export async function forgetImport(core: Core, run: ImportRun): Promise<void> {
  const subject = subjectOf(run);
  for (;;) {
    const kept = await core.store.list('idempotency', { subject }, { limit: rowsPerStep });
    if (kept.length === 0) return;
    await core.store.write(async (tx) => {
      for (const { key } of kept) await tx.remove('idempotency', { subject, key });
    });
  }
}
