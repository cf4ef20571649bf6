/** What the client of imports sent and was told: an import goes on by itself, so its rows are promised little by little. */

/** Name of the client; the tables that its imports make begin with it. */
export const importClient = 'imports';

export interface ImportedRow {
  readonly token: string;
  readonly code: string | null;
  readonly n: number;
  readonly note: string;
  /** The server leaves it out. */
  readonly isWrong: boolean;
}

/** As the server tells it, and at which moment. */
export interface SeenImport {
  readonly at: number;
  readonly state: string;
  readonly rows_read: number;
}

export interface LoggedImport {
  /** By it the import is found again; nobody else has it. */
  readonly filename: string;
  /** Into a table that it makes; as new records; or, by a key, as new records and changes of others. */
  readonly kind: 'table' | 'records' | 'keyed';
  /** Of the table. */
  readonly name: string;
  readonly rows: readonly ImportedRow[];
  readonly content: string;
  readonly sentAt: number;
  /** Null until it is known that the server has it. */
  begunAt: number | null;
  /** After a crash it was found that the server had not taken it: it must never come. */
  absentAt: number | null;
  id: string | null;
  readonly seen: SeenImport[];
  cancelSentAt: number | null;
  cancelledAt: number | null;
}

const endedStates: readonly string[] = ['finished', 'failed', 'cancelled'];
const order: readonly string[] = ['waiting', 'planning', 'running'];

export function hasEnded(state: string): boolean {
  return endedStates.includes(state);
}

/** How far a state is: it never goes back. */
export function rankOf(state: string): number {
  return hasEnded(state) ? order.length : order.indexOf(state);
}

/** Whether its client still waits for its end. */
export function isOpen({ absentAt, cancelledAt, seen }: LoggedImport): boolean {
  return absentAt === null && cancelledAt === null && !hasEnded(seen.at(-1)?.state ?? '');
}
