/** Call limits per subject. (contract; implementation follows) */
export interface Decision {
  readonly isAdmitted: boolean;
  readonly limit: number;
  /** Calls still free in the current window. */
  readonly remaining: number;
  /** Milliseconds until at least one call is free again (0 when one is). */
  readonly resetMs: number;
}

export interface Limiter {
  /** Asks for one call. `limit` in calls per 1000 ms; a change of limit takes effect at once. Sync from memory, a promise when shared. */
  take(subject: string, limit: number): Decision | Promise<Decision>;
}
