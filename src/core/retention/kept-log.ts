import type { Core } from '../context.ts';

/** Something that is kept for a while. */
export interface KeptLog {
  readonly name: string;
  /** Begins to clear what has passed its life; null where it is kept for ever. */
  readonly begin: (core: Core) => Step | null;
}

/** Clears at most so many rows, in one transaction that touches no more; answers how many, and null when none are left. */
export type Step = (rowsMax: number) => Promise<number | null>;
