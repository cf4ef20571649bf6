/** How records came in through a form, their tags, and answers that were begun and not yet submitted. */
import { expressionsOf } from '../engine-expressions.ts';
import type { Migration } from './migration.ts';

export const submissions: Migration = {
  name: '0003-submissions',
  statements(dialect) {
    const { text, integer } = dialect.types;
    const { keyedTable } = expressionsOf(dialect);
    return [
      `create table submissions (
        table_id ${text} not null, record_id ${integer} not null, code ${text}, referer ${text}, address ${text},
        duration ${text}, origin ${text}, at ${integer} not null,
        primary key (table_id, record_id))${keyedTable}`,
      // Codes that lead to their record by themselves are not stored.
      'create unique index submissions_by_code on submissions (code) where code is not null',
      'create index submissions_by_address on submissions (table_id, address, at) where address is not null',

      `create table record_tags (
        table_id ${text} not null, record_id ${integer} not null, tag ${text} not null,
        primary key (table_id, record_id, tag))${keyedTable}`,
      'create index record_tags_by_tag on record_tags (table_id, tag)',

      `create table submission_drafts (
        code ${text} primary key, table_id ${text} not null, answers ${text} not null, referer ${text},
        created_at ${integer} not null, updated_at ${integer} not null)`,
      'create index submission_drafts_by_table on submission_drafts (table_id)',
    ];
  },
};
