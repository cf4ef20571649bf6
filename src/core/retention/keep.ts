/** How long logs are kept. Days unless said otherwise; 0: for ever. */
export interface Keep {
  readonly changesDays: number;
  readonly auditDays: number;
  readonly usageDays: number;
  /** Hours in which a request with an Idempotency-Key that was seen before gets the answer of the first. */
  readonly idempotencyHours: number;
  /** What was sent to webhooks and devices, and what was answered; from the end of a delivery. */
  readonly deliveryContentDays: number;
  /** That something was delivered, or was not. */
  readonly deliveryDays: number;
  readonly notificationDays: number;
  /** Imports that ended, with the rows that they refused. */
  readonly importDays: number;
}

/** Generous: two audits in one year, usage of the same month a year ago. Contents of deliveries can be personal: shorter. */
export const keepDefaults: Keep = {
  changesDays: 365,
  auditDays: 730,
  usageDays: 400,
  idempotencyHours: 24,
  deliveryContentDays: 30,
  deliveryDays: 90,
  notificationDays: 90,
  importDays: 30,
};
