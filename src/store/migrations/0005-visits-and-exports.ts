/** How often the forms of tables were opened, and the latest file that was made of each table. */
import { expressionsOf } from '../engine-expressions.ts';
import type { Migration } from './migration.ts';

export const visitsAndExports: Migration = {
  name: '0005-visits-and-exports',
  statements(dialect) {
    const { text, integer } = dialect.types;
    const { keyedTable } = expressionsOf(dialect);
    return [
      `create table visits (table_id ${text} not null, visits ${integer} not null, primary key (table_id))${keyedTable}`,

      `create table table_exports (
        table_id ${text} not null, state ${text} not null, file_id ${text}, started_at ${integer} not null,
        seen_at ${integer} not null, finished_at ${integer}, primary key (table_id))${keyedTable}`,
    ];
  },
};
