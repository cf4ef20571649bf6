/** What a form tells after it was submitted. */
import type { Core } from '../../../core/context.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import { type Form, formOf } from '../form.ts';
import { renderRow } from '../render-row.ts';
import { rowContextOf } from '../row-context.ts';
import { redirectionOf } from '../submit.ts';
import { showingActor } from './find-page.ts';
import type { Done } from './form-page.ts';
import { webAddress } from './html.ts';
import { pagesOf } from './questions.ts';

interface RenderedAnswer {
  readonly slug: string;
  readonly title: string;
  readonly value: unknown;
}

/** What the form tells after it was submitted; the code of a submission opens no more than that. */
export async function factsOf(core: Core, form: Form, id: number | null): Promise<Omit<Done, 'isEmbedded'>> {
  const nothing = { next: null, number: null, trackingCode: null, answers: [] };
  if (id === null) return nothing;
  const { memory, table } = form;
  const next = webAddress(redirectionOf(core, form, id));
  const number = memory.assign_submit_number === true ? id : null;
  const trackingCode =
    memory.show_submit_tracking_code === true ? core.secrets.submissionCodes.track(table.number, id) : null;
  if (memory.show_answers !== true) return { next, number, trackingCode, answers: [] };
  const actor = showingActor(form, table.id, ...table.relations.map(({ options }) => String(options.target)));
  const view = await getRecord(core, actor, table, id).catch(() => null);
  if (view === null) return nothing;
  const current = formOf(view.table);
  const context = await rowContextOf(core, actor, current, [view.row], view.links);
  const row = JSON.parse(renderRow(core, current, view.row, view.links, context)) as {
    readonly rendered_data: readonly RenderedAnswer[];
  };
  const asked = new Set(
    pagesOf(core, current)
      .questions.filter(({ isHidden }) => !isHidden)
      .map(({ slug }) => slug),
  );
  const answers = row.rendered_data
    .filter(({ slug }) => asked.has(slug))
    .map(({ title, value }) => ({ title, value: textOf(value) }))
    .filter(({ value }) => value !== '');
  return { next, number, trackingCode, answers };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? '✓' : '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}: ${textOf(one)}`)
    .join(', ');
}
