/** From the inputs of a page to the flat body that every submission is (wire/formaloo.md §6), by slug. */
import type { Core } from '../../../core/context.ts';
import { choicePage } from '../field-choices.ts';
import type { Form } from '../form.ts';
import type { Body } from '../read-body.ts';
import { partName } from './fill.ts';
import { showingActor } from './find-page.ts';
import { own } from './form-page.ts';
import type { Question } from './questions.ts';
import type { Sent } from './read-sent.ts';
import { readToken } from './token.ts';

export async function answersOf(core: Core, form: Form, questions: readonly Question[], sent: Sent): Promise<Body> {
  const body: Record<string, unknown> = {};
  for (const question of questions) {
    const answer = await answerOf(core, form, question, sent);
    if (answer !== undefined) body[question.slug] = answer;
  }
  const token = readToken(core, form, sent.values.get(own.token)?.[0]);
  return {
    ...body,
    ...(token === null ? {} : { submit_time: durationText(core.clock.now() - token.openedAt) }),
    ...(sent.values.has(own.human) ? { recaptcha_value: 'confirmed on the page' } : {}),
  };
}

/** Undefined: the page did not ask, or nothing was chosen where nothing can be taken back. */
async function answerOf(core: Core, form: Form, question: Question, { values, files }: Sent): Promise<unknown> {
  const { slug, type, isRequired, isHidden, columns } = question;
  const given = values.get(slug);
  const first = given?.[0];
  if (isHidden && given === undefined) return undefined;
  switch (type) {
    case 'file':
    case 'signature': {
      const all = (files.get(slug) ?? []).map(({ id }) => ({ file_slug: id }));
      return question.entry.field?.options.multiple === true ? all : (all[0] ?? null);
    }
    case 'checkbox':
      if (first === 'true') return true;
      // A box that has to be ticked and is not was not answered.
      return isRequired ? null : false;
    case 'multiple_select':
    case 'linked_rows':
      return (given ?? []).filter((one) => one !== '');
    case 'matrix': {
      const rows = question.groups.map((row) => [row.slug, values.get(partName(slug, row.slug))?.[0] ?? ''] as const);
      return Object.fromEntries(rows.filter(([, column]) => column !== ''));
    }
    case 'table':
    case 'repeating_section':
      return columns.length === 0 ? linesOf(first ?? '') : rowsOf(question, values);
    case 'datetime':
      // The moment that the person meant, where a script could tell the zone.
      return first === undefined || first === '' ? (first ?? null) : values.get(partName(slug, 'utc'))?.[0] || first;
    case 'choice_fetch':
      return first === undefined || first.trim() === '' ? null : { label: first, value: first };
    case 'city':
      return first === undefined || first.trim() === '' ? null : placeOf(core, form, question, first);
    default:
      // An input that was left empty says nothing.
      return first === '' ? null : first;
  }
}

function linesOf(text: string): { readonly value: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((value) => ({ value }));
}

function rowsOf({ slug, columns }: Question, values: Sent['values']): Record<string, string>[] {
  const rows = new Map<number, Record<string, string>>();
  for (const [name, [value = '']] of values) {
    const [owner, index = '', ...rest] = name.split('.');
    const key = rest.join('.');
    if (owner !== slug || !/^\d{1,3}$/.test(index) || value.trim() === '') continue;
    if (!columns.some((column) => column.slug === key)) continue;
    rows.set(Number(index), { ...rows.get(Number(index)), [key]: value });
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** Cities are typed by name: the slug of the one that is called so; otherwise the text, for the field to judge. */
async function placeOf(core: Core, form: Form, { entry }: Question, name: string): Promise<string> {
  const wanted = name.trim();
  const { objects } = await choicePage(core, showingActor(form), entry, wanted, undefined, {
    page: 1,
    size: 1,
    isWhole: false,
  });
  const [found] = objects;
  return found !== undefined && found.title.toLowerCase() === wanted.toLowerCase() ? found.slug : wanted;
}

function durationText(ms: number): string {
  const seconds = Math.min(86_399, Math.max(0, Math.floor(ms / 1000)));
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
