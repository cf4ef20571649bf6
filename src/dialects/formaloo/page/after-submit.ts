/** What a form tells after it was submitted. */
import type { Core } from '../../../core/context.ts';
import { getRecord } from '../../../core/records/get-record.ts';
import { type Form, formOf, publicForm } from '../form.ts';
import { renderRow } from '../render-row.ts';
import { rowContextOf } from '../row-context.ts';
import { redirectionOf, sentAnswers } from '../submit.ts';
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
  const next = await nextAddress(core, form, id);
  const number = memory.assign_submit_number === true ? id : null;
  const trackingCode =
    memory.show_submit_tracking_code === true ? core.secrets.submissionCodes.track(table.number, id) : null;
  if (memory.show_answers !== true) return { next, number, trackingCode, answers: [] };
  const shown = await shownRow(core, form, id);
  if (shown === null) return nothing;
  const { current, view, context } = shown;
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

/** Where the form sends who has submitted this record; null: nowhere that a browser could go. */
export async function nextAddress(core: Core, form: Form, id: number): Promise<string | null> {
  if (form.memory.include_data_on_redirect !== true) return webAddress(redirectionOf(core, form, id, {}));
  const shown = await shownRow(core, form, id);
  if (shown === null) return null;
  const own = publicForm(shown.current);
  const { row, links } = shown.view;
  return webAddress(redirectionOf(core, own, id, sentAnswers(own, row, links, shown.context)));
}

/** The record as the public is shown it. */
async function shownRow(core: Core, form: Form, id: number) {
  const { table } = form;
  const actor = showingActor(form, table.id, ...table.relations.map(({ options }) => String(options.target)));
  const view = await getRecord(core, actor, table, id).catch(() => null);
  if (view === null) return null;
  const current = formOf(view.table);
  return { current, view, context: await rowContextOf(core, actor, current, [view.row], view.links) };
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
