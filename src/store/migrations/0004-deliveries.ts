/** Webhooks, devices that take notifications, the notifications sent, and the outbox through which both leave. */
import type { Migration } from './migration.ts';

export const deliveries: Migration = {
  name: '0004-deliveries',
  statements({ types: { text, integer, id } }) {
    return [
      `create table webhooks (
        id ${text} primary key, workspace_id ${text} not null, app_id ${text} not null, table_id ${text},
        format ${text} not null, name ${text} not null, url ${text} not null, events ${text} not null,
        filter ${text} not null, fields ${text} not null, sealed ${text} not null, is_enabled ${integer} not null,
        "foreign" ${text} not null, failing_since ${integer}, last_success_at ${integer}, last_error ${text},
        switched_off_at ${integer}, created_by ${text} not null, created_at ${integer} not null,
        updated_at ${integer} not null)`,
      'create index webhooks_by_app on webhooks (app_id)',
      'create index webhooks_by_table on webhooks (table_id)',

      `create table deliveries (
        seq ${id}, id ${text} not null unique, channel ${text} not null, target_id ${text} not null, parent_id ${text},
        app_id ${text} not null, kind ${text} not null, order_key ${text} not null, content ${text} not null,
        created_at ${integer} not null, state ${text} not null, due_at ${integer}, claimed_by ${text},
        tries ${integer} not null, attempts ${text} not null, finished_at ${integer}, expires_at ${integer})`,
      'create index deliveries_by_target on deliveries (target_id, seq)',
      'create index deliveries_by_parent on deliveries (parent_id) where parent_id is not null',
      'create index deliveries_in_order on deliveries (target_id, order_key, state, seq)',
      // What the worker asks touches only what is unfinished, however long the log has grown.
      'create index deliveries_due on deliveries (target_id, due_at, seq) where due_at is not null',
      'create index deliveries_claimed on deliveries (claimed_by) where claimed_by is not null',
      'create index deliveries_expiring on deliveries (expires_at) where expires_at is not null',

      `create table push_devices (
        id ${text} primary key, app_id ${text} not null, table_id ${text} not null, record_id ${integer} not null,
        endpoint ${text} not null, service ${text} not null, p256dh ${text} not null, auth ${text} not null,
        label ${text}, created_at ${integer} not null, updated_at ${integer} not null, last_sent_at ${integer},
        last_result ${text})`,
      'create unique index push_devices_by_endpoint on push_devices (app_id, endpoint)',
      'create index push_devices_by_user on push_devices (table_id, record_id)',

      `create table notifications (
        seq ${id}, id ${text} not null unique, app_id ${text} not null, table_id ${text} not null,
        record_id ${integer} not null, audience ${text} not null, title ${text} not null, body ${text} not null,
        url ${text}, urgency ${text} not null, expires_at ${integer} not null, accepted ${integer} not null,
        created_by ${text} not null, created_at ${integer} not null)`,
      'create index notifications_by_app on notifications (app_id, seq)',
      'create index notifications_by_user on notifications (table_id, record_id, seq)',
      'create index notifications_by_time on notifications (created_at)',
    ];
  },
};
