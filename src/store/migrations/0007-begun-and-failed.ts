/** When the answers of a draft were begun, and why an export failed. */
import type { Migration } from './migration.ts';

export const begunAndFailed: Migration = {
  name: '0007-begun-and-failed',
  statements(dialect) {
    const { text, integer } = dialect.types;
    return [
      `alter table submission_drafts add column begun_at ${integer}`,
      `alter table table_exports add column error ${text}`,
    ];
  },
};
