/** How long logs are kept. */
export interface Keep {
  /** Days; 0: for ever. */
  readonly changesDays: number;
  readonly auditDays: number;
  readonly usageDays: number;
  /** Hours in which a request with an Idempotency-Key that was seen before gets the answer of the first. */
  readonly idempotencyHours: number;
}

/** Generous: two audits in one year, usage of the same month a year ago. */
export const keepDefaults: Keep = { changesDays: 365, auditDays: 730, usageDays: 400, idempotencyHours: 24 };
