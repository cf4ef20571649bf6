/**
 * What receivers of this dialect are sent (wire/formaloo.md §8): the row flat and not in the envelope, the secret as it is in
 * `X-Formaloo-Token`.
 */
import { type Core, systemActor } from '../../core/context.ts';
import type { WebhookEvent } from '../../core/system-rows.ts';
import { type RecordSnapshot, viewOfSnapshot } from '../../core/webhooks/record-snapshot.ts';
import type { WebhookFormat } from '../../core/webhooks/webhook-directory.ts';
import { formOf } from './form.ts';
import { instantOf, microseconds } from './instants.ts';
import { memoryOf } from './memory.ts';
import { renderAnswers } from './render-row.ts';
import { rowContextOf } from './row-context.ts';
import { slugOf } from './slugs.ts';

export const formatName = 'formaloo';

/** Events of the core in this dialect's words; rows that the staff makes fire none. */
export const eventTypes: Partial<Record<WebhookEvent, string>> = {
  'record.submitted': 'form_submit',
  'record.updated': 'row_update',
};

export function createFormat(core: Core): WebhookFormat {
  return {
    async build(webhook, event, secret) {
      const memory = memoryOf(webhook);
      const snapshot = event.content as unknown as RecordSnapshot;
      const type = eventTypes[event.kind as WebhookEvent] ?? event.kind;
      const table = await core.catalog.table(snapshot.table_id);
      const head = `"event_type":${JSON.stringify(type)},"event_id":"${event.id}","form":"${slugOf({ id: snapshot.table_id })}"`;
      const headers = secret === null ? {} : { 'X-Formaloo-Token': secret };
      // Gone with all of its rows since; what happened can still be told by name.
      if (table === undefined) return { body: `{${head},"created_at":"${instantOf(event.created_at)}"}`, headers };
      const form = formOf(table);
      const { row, links } = viewOfSnapshot(core, table, snapshot);
      const context = await rowContextOf(core, systemActor, form, [row], links);
      const { data, rendered, readable } = renderAnswers(form, row, links, context);
      const id = snapshot.record_id;
      const { slugs, submissionCodes } = core.secrets;
      const code = context.submissions.get(id)?.code ?? submissionCodes.encode(table.number, id);
      const isTracked = form.memory.show_submit_tracking_code === true;
      const tracking = isTracked ? `"${submissionCodes.track(table.number, id)}"` : 'null';
      const [createdAt, updatedAt] = snapshot.system;
      const body =
        `{${head},"slug":"${slugs.encode(table.number, id)}","submit_code":"${code}",` +
        `"created_at":"${microseconds(String(createdAt))}","updated_at":"${microseconds(String(updatedAt))}",` +
        (memory.send_raw_data === false ? '' : `"data":${data},`) +
        (memory.send_rendered_data === false ? '' : `"rendered_data":${rendered},"readable_data":${readable},`) +
        `"tracking_code":${tracking},"submit_number":${id},"pdf_link":null}`;
      return { body, headers };
    },
  };
}
