/** Imports that the server runs, and the rows that they refused. */
import { expressionsOf } from '../engine-expressions.ts';
import type { Migration } from './migration.ts';

export const imports: Migration = {
  name: '0006-imports',
  statements(dialect) {
    const { text, integer } = dialect.types;
    const { keyedTable } = expressionsOf(dialect);
    return [
      `create table imports (
        id ${text} primary key, workspace_id ${text} not null, app_id ${text} not null, table_id ${text},
        table_name ${text} not null, file_id ${text} not null, owns_file ${integer} not null, filename ${text} not null,
        request ${text} not null, is_dry_run ${integer} not null, state ${text} not null, plan ${text} not null,
        preview ${text} not null, total_bytes ${integer} not null, read_bytes ${integer} not null,
        rows_read ${integer} not null, created ${integer} not null, updated ${integer} not null,
        rejected ${integer} not null, line ${integer} not null, error ${text}, created_by ${text} not null,
        key_id ${text}, created_at ${integer} not null, started_at ${integer}, seen_at ${integer} not null,
        finished_at ${integer})`,
      'create index imports_by_app on imports (app_id, created_at)',
      'create index imports_by_state on imports (state, created_at)',

      `create table import_rejects (
        import_id ${text} not null, n ${integer} not null, line ${integer} not null, field ${text} not null,
        reason ${text} not null, cells ${text} not null, primary key (import_id, n))${keyedTable}`,
    ];
  },
};
