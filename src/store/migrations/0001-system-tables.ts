/**
 * The system tables. No foreign keys: what goes with what is decided by the operations of the core, and usage, audit and
 * changes outlive what they tell of.
 */
import { expressionsOf } from '../engine-expressions.ts';
import type { Migration } from './migration.ts';

export const systemTables: Migration = {
  name: '0001-system-tables',
  statements(dialect) {
    const { text, integer, id } = dialect.types;
    const { keyedTable } = expressionsOf(dialect);
    return [
      `create table users (
        id ${text} primary key, email ${text} not null unique, name ${text} not null, surname ${text} not null,
        is_disabled ${integer} not null, created_at ${integer} not null, updated_at ${integer} not null)`,

      `create table workspaces (
        id ${text} primary key, name ${text} not null, description ${text}, plan_id ${text} not null,
        limits ${text} not null, created_by ${text} not null, created_at ${integer} not null, updated_at ${integer})`,

      `create table memberships (
        workspace_id ${text} not null, user_id ${text} not null, role ${text} not null, created_at ${integer} not null,
        primary key (workspace_id, user_id))${keyedTable}`,
      'create index memberships_by_user on memberships (user_id)',

      `create table apps (
        id ${text} primary key, workspace_id ${text} not null, name ${text} not null, description ${text}, color ${text},
        is_api_enabled ${integer} not null, limits ${text} not null, "foreign" ${text} not null,
        created_by ${text} not null, created_at ${integer} not null, updated_at ${integer} not null)`,
      'create index apps_by_workspace on apps (workspace_id)',

      `create table tables (
        id ${text} primary key, number ${integer} not null unique, app_id ${text} not null, name ${text} not null,
        description ${text}, role ${text}, position ${integer} not null, version ${integer} not null,
        "foreign" ${text} not null, created_by ${text}, created_at ${integer} not null, updated_at ${integer} not null)`,
      'create index tables_by_app on tables (app_id)',

      `create table fields (
        id ${text} primary key, table_id ${text} not null, name ${text} not null, type ${text} not null,
        options ${text} not null, is_required ${integer} not null, is_unique ${integer} not null,
        is_indexed ${integer} not null, position ${integer} not null, default_value ${text} not null,
        "foreign" ${text} not null, column_name ${text} not null,
        created_at ${integer} not null, updated_at ${integer} not null)`,
      'create index fields_by_table on fields (table_id)',

      `create table keys (
        id ${text} primary key, kind ${text} not null, workspace_id ${text} not null, app_id ${text},
        user_id ${text} not null, name ${text} not null, scopes ${text} not null, is_enabled ${integer} not null,
        generation ${integer} not null, expires_at ${integer}, allow_list ${text} not null,
        allowed_origins ${text} not null, limit_per_second ${integer}, settings ${text} not null,
        created_by ${text} not null, created_at ${integer} not null, updated_at ${integer} not null)`,
      'create index keys_by_app on keys (app_id)',
      'create index keys_by_user on keys (user_id)',
      'create index keys_by_workspace on keys (workspace_id)',

      `create table key_secrets (
        hash ${text} primary key, key_id ${text} not null, part ${text} not null, generation ${integer} not null,
        sealed ${text}, hint ${text} not null, created_at ${integer} not null, expires_at ${integer},
        last_used_at ${integer}, last_used_address ${text}, use_count ${integer} not null)`,
      'create index key_secrets_by_key on key_secrets (key_id)',

      `create table plans (
        id ${text} primary key, name ${text} not null, features ${text} not null, position ${integer} not null)`,

      `create table usage (
        key_id ${text} not null, table_id ${text} not null, verb ${text} not null, status ${integer} not null,
        minute ${integer} not null, workspace_id ${text} not null, app_id ${text} not null, calls ${integer} not null,
        primary key (key_id, minute, app_id, table_id, verb, status))${keyedTable}`,
      'create index usage_by_workspace on usage (workspace_id, minute)',
      'create index usage_by_app on usage (app_id, minute)',

      `create table audit (
        seq ${id}, workspace_id ${text}, app_id ${text}, at ${integer} not null, user_id ${text}, key_id ${text},
        action ${text} not null, target ${text} not null, detail ${text} not null, address ${text})`,
      'create index audit_by_workspace on audit (workspace_id, seq)',
      'create index audit_by_app on audit (app_id, seq)',

      `create table changes (
        seq ${id}, app_id ${text} not null, table_id ${text} not null, record_id ${integer} not null,
        kind ${text} not null, actor ${text} not null, at ${integer} not null, fields ${text} not null)`,
      'create index changes_by_app on changes (app_id, seq)',
      'create index changes_by_record on changes (table_id, record_id)',

      `create table idempotency (
        subject ${text} not null, key ${text} not null, fingerprint ${text} not null, status ${integer} not null,
        body ${text} not null, expires_at ${integer} not null, primary key (subject, key))`,
      'create index idempotency_by_expiry on idempotency (expires_at)',

      `create table settings (name ${text} primary key, value ${text} not null)`,

      // Names of numbers that are handed out once each.
      `create table sequences (name ${text} primary key, value ${integer} not null)`,

      // How many records each block of ids holds: offsets and counts without walking the records.
      `create table record_blocks (
        table_number ${integer} not null, block ${integer} not null, n ${integer} not null,
        primary key (table_number, block))${keyedTable}`,
    ];
  },
};
