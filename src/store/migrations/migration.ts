/** The contract of a migration. Forward only: a migration that has been released is never edited. */
import type { SqlDialect } from '../engine.ts';

export interface Migration {
  /** `0001-system-tables`: number and subject; the order of names is the order of running. */
  readonly name: string;
  /** The statements in the words of the engine; they run in one write. */
  statements(dialect: SqlDialect): readonly string[];
}
