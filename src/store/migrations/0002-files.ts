/** Uploaded files, and which records show them. */
import { expressionsOf } from '../engine-expressions.ts';
import type { Migration } from './migration.ts';

export const files: Migration = {
  name: '0002-files',
  statements(dialect) {
    const { text, integer } = dialect.types;
    const { keyedTable } = expressionsOf(dialect);
    return [
      `create table files (
        id ${text} primary key, workspace_id ${text} not null, app_id ${text} not null, name ${text} not null,
        media_type ${text} not null, size ${integer} not null, width ${integer}, height ${integer},
        sha256 ${text} not null, is_public ${integer} not null, state ${text} not null, created_by ${text} not null,
        created_at ${integer} not null, detached_at ${integer})`,
      'create index files_by_app on files (app_id)',
      // Only what no record shows has an entry that the collector reads.
      'create index files_detached on files (detached_at) where detached_at is not null',

      `create table file_refs (
        field_id ${text} not null, record_id ${integer} not null, file_id ${text} not null, table_id ${text} not null,
        primary key (field_id, record_id, file_id))${keyedTable}`,
      'create index file_refs_by_file on file_refs (file_id)',
    ];
  },
};
