/** What stands around the inputs of a question: its name, what helps, what is wrong, tied to them for every reader. */
import type { Fill } from './fill.ts';
import { attributes, html, type Markup, type Piece } from './html.ts';
import type { Question } from './questions.ts';
import { richText } from './rich-text.ts';
import { type Texts, told } from './texts.ts';

/** A question in its place, with what all its parts refer to. */
export interface Place {
  readonly question: Question;
  readonly fill: Fill;
  readonly texts: Texts;
  readonly id: string;
  readonly error: string | undefined;
  /** What the input says of itself to who cannot see its surroundings. */
  readonly common: {
    readonly 'aria-describedby': string | null;
    readonly 'aria-invalid': string | null;
    readonly required: boolean;
  };
  readonly value: string;
  readonly values: readonly string[];
}

export type Render = (place: Place) => Markup;

export function questionId(slug: string): string {
  return `q-${slug}`;
}

/** Where a link to the question leads: its first input. */
export function inputId(slug: string): string {
  return `f-${slug}`;
}

/** The question where it stands now. */
export function placeOf(question: Question, fill: Fill, texts: Texts): Place {
  const { slug } = question;
  const values = fill.values.get(slug) ?? [];
  const id = inputId(slug);
  const message = fill.errors.get(slug);
  const error = message === undefined ? undefined : told(message, texts);
  const described = [
    question.description === '' ? '' : `${id}-help`,
    helpOf(question) === null ? '' : `${id}-hint`,
    error === undefined ? '' : `${id}-error`,
  ];
  const describedBy = described.filter((one) => one !== '').join(' ');
  const common = {
    'aria-describedby': describedBy === '' ? null : describedBy,
    'aria-invalid': error === undefined ? null : 'true',
    required: question.isRequired,
  };
  return { question, fill, texts, id, error, common, value: values[0] ?? '', values };
}

/** A question with one input. */
export function single(place: Place, input: Markup, after: Piece = null): Markup {
  const { question, id, error } = place;
  return html`<div${attributes({ class: error === undefined ? 'field' : 'field wrong', id: questionId(question.slug) })}>
<label${attributes({ class: 'name', for: id })}>${nameOf(question)}</label>${about(place)}${input}${after}</div>`;
}

/** A question with several inputs. */
export function group(place: Place, inputs: Piece, role: 'radiogroup' | 'group' = 'group'): Markup {
  const { question, common, error } = place;
  const own = {
    class: error === undefined ? 'field' : 'field wrong',
    id: questionId(question.slug),
    'aria-describedby': common['aria-describedby'],
    ...(role === 'radiogroup'
      ? { role, 'aria-required': question.isRequired ? 'true' : null, 'aria-invalid': common['aria-invalid'] }
      : {}),
    'data-required': role === 'group' && question.isRequired ? '' : null,
  };
  return html`<fieldset${attributes(own)}><legend class="name">${nameOf(question)}</legend>${about(place)}${inputs}</fieldset>`;
}

export function nameOf({ title, isRequired }: Question): Piece {
  return [title === '' ? '…' : title, isRequired ? html`<span class="star" aria-hidden="true"> *</span>` : null];
}

export function about({ question, id, error }: Place): Piece {
  const help = helpOf(question);
  return [
    question.description === ''
      ? null
      : html`<div class="help" id="${id}-help">${richText(question.description)}</div>`,
    help === null ? null : html`<p class="help" id="${id}-hint"><bdi>${help}</bdi></p>`,
    error === undefined ? null : html`<p class="error" id="${id}-error"><bdi>${error}</bdi></p>`,
  ];
}

/** What the settings ask for, in words. */
function helpOf({ type, view, columns }: Question): string | null {
  if (type === 'file') {
    const extensions = [view.allowed_extensions ?? []].flat().map(String).join(', ');
    const size = typeof view.max_size === 'number' ? `at most ${sizeText(view.max_size)}` : '';
    const parts = [extensions, size].filter((part) => part !== '').join(', ');
    return parts === '' ? null : parts[0]?.toUpperCase() + parts.slice(1);
  }
  if (type === 'multiple_select') {
    const { min_selectable_choices: min, max_selectable_choices: max } = view;
    if (typeof min === 'number' && min > 0 && typeof max === 'number')
      return min === max ? `Choose ${min}.` : `Choose ${min} to ${max}.`;
    if (typeof max === 'number') return `Choose at most ${max}.`;
    return typeof min === 'number' && min > 0 ? `Choose at least ${min}.` : null;
  }
  if (type === 'product' && typeof view.unit_price === 'number') {
    return `${view.unit_price}${typeof view.currency === 'string' ? ` ${view.currency}` : ''} each`;
  }
  if (type === 'location') return 'An address, or latitude and longitude.';
  return (type === 'table' || type === 'repeating_section') && columns.length === 0 ? 'One entry a line.' : null;
}

function sizeText(kilobytes: number): string {
  return kilobytes >= 1024 ? `${Math.round(kilobytes / 102.4) / 10} MB` : `${kilobytes} KB`;
}

export function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
