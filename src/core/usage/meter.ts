/** Counts calls in memory. (contract; implementation follows) */
export interface Meter {
  /** `keyId` and the rest as in `UsageRow`; allocation-free after the first call of a minute. */
  count(keyId: string, workspaceId: string, appId: string, tableId: string, verb: string, httpStatus: number): void;
  /** Marks a secret as used now from this address (flushed with the counts). */
  touch(secretHash: string, address: string): void;
  /** Writes everything counted so far in one transaction. */
  flush(): Promise<void>;
}
