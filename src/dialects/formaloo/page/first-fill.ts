/** What a form can be filled in with before anybody typed: what it offers from elsewhere, and a draft. */
import type { Core } from '../../../core/context.ts';
import { choicePage } from '../field-choices.ts';
import type { Form } from '../form.ts';
import { objectOf } from '../memory.ts';
import { type Fill, inputsOf, type KeptFile } from './fill.ts';
import { showingActor } from './find-page.ts';
import type { Option, Question } from './questions.ts';

const offeredMax = 500;

/** Countries, and the rows of other tables that the form was made to offer. */
export async function offeredBy(
  core: Core,
  form: Form,
  questions: readonly Question[],
): Promise<ReadonlyMap<string, readonly Option[]>> {
  const offered = new Map<string, readonly Option[]>();
  for (const { slug, type, entry } of questions) {
    if (type !== 'country' && type !== 'lookup' && type !== 'linked_rows') continue;
    const actor = showingActor(form, String(entry.field?.options.target ?? ''));
    const { objects } = await choicePage(core, actor, entry, undefined, undefined, {
      page: 1,
      size: offeredMax,
      isWhole: false,
    });
    offered.set(
      slug,
      objects.map((one) => ({ ...one, image: null })),
    );
  }
  return offered;
}

export async function draftFill(
  core: Core,
  form: Form,
  questions: readonly Question[],
  answers: Readonly<Record<string, unknown>>,
): Promise<Pick<Fill, 'values' | 'files'>> {
  const values = new Map<string, readonly string[]>();
  const files = new Map<string, readonly KeptFile[]>();
  for (const question of questions) {
    const answer = answers[question.entry.field?.id ?? ''] as Parameters<typeof inputsOf>[1];
    if (question.type === 'file' || question.type === 'signature') {
      const ids = [answer].flat().map((one) => String(objectOf(one).file_slug ?? ''));
      const rows = await core.store.list('files', { id: { in: ids }, app_id: form.table.appId });
      files.set(
        question.slug,
        rows.map(({ id, name }) => ({ id, name })),
      );
    } else for (const [name, given] of inputsOf(question, answer ?? null)) values.set(name, given);
  }
  return { values, files };
}
