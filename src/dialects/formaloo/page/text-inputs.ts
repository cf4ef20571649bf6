/** Inputs of questions whose answers are typed. */
import { partName } from './fill.ts';
import { attributes, html } from './html.ts';
import { group, numberOrNull, type Render, single } from './question-frame.ts';
import type { Question } from './questions.ts';

type InputAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Text inputs of all kinds. */
function line(own: (question: Question) => InputAttributes): Render {
  return (place) => {
    const { question, id, common, value } = place;
    const all = { type: 'text', id, name: question.slug, value, ...common, ...own(question) };
    return single(place, html`<input${attributes(all)}>`);
  };
}

const number = (inputmode: string): Render => line(() => ({ inputmode, autocomplete: 'off' }));
const bound = (value: unknown, length: number) =>
  typeof value === 'string' && value !== '' ? value.slice(0, length) : null;

export const shortText = line(({ view }) => ({ maxlength: numberOrNull(view.max_length) }));

export const longText: Render = (place) => {
  const { question, id, common, value } = place;
  const own = { id, name: question.slug, rows: 5, maxlength: numberOrNull(question.view.max_length), ...common };
  return single(
    place,
    html`<textarea${attributes(own)}>
${value}</textarea>`,
  );
};

export const money: Render = (place) => {
  const { question, id, common, value } = place;
  const { currency } = question.view;
  const input = html`<input${attributes({ type: 'text', inputmode: 'decimal', autocomplete: 'off', id, name: question.slug, value, ...common })}>`;
  return single(
    place,
    typeof currency === 'string' && currency !== ''
      ? html`<span class="unit"><span aria-hidden="true">${currency}</span>${input}</span>`
      : input,
  );
};

/** Rows that are there to begin with. */
const rowsFirst = 3;

export const table: Render = (place) => {
  const { question, fill, id, texts } = place;
  const { slug, columns, view } = question;
  if (columns.length === 0) return longText(place);
  const filled = [...fill.values.keys()].flatMap((name) => {
    const [own, index] = name.split('.');
    return own === slug && index !== undefined && /^\d{1,3}$/.test(index) ? [Number(index) + 1] : [];
  });
  const max = numberOrNull(view.max_rows) ?? 100;
  const least = Math.max(1, numberOrNull(view.min_rows) ?? 0);
  const count = Math.min(max, Math.max(rowsFirst, least, ...filled));
  const rows = Array.from({ length: count }, (_, row) => {
    const inputs = columns.map((column, index) => {
      const name = partName(slug, row, column.slug);
      const own = { type: 'text', name, id: row + index === 0 ? id : null, value: fill.values.get(name)?.[0] ?? '' };
      return html`<label><span>${column.title}</span><input${attributes(own)}></label>`;
    });
    return html`<fieldset class="entry"><legend>${texts.row} ${row + 1}</legend>${inputs}</fieldset>`;
  });
  return group(
    place,
    html`<div${attributes({ class: 'entries', 'data-least': least, 'data-rows': max, 'data-add': texts.add_row, 'data-slug': slug })}>${rows}</div>`,
  );
};

export const city: Render = (place) => {
  const { question, id, common, value } = place;
  const own = {
    type: 'text',
    id,
    name: question.slug,
    value,
    list: `${id}-list`,
    'data-suggest': question.slug,
    autocomplete: 'off',
    ...common,
  };
  return single(place, html`<input${attributes(own)}>`, html`<datalist id="${id}-list"></datalist>`);
};

export const date = line(({ view }) => ({
  type: 'date',
  min: bound(view.from_date, 10),
  max: bound(view.to_date, 10),
}));
export const time = line(({ view }) => ({ type: 'time', min: bound(view.from_time, 5), max: bound(view.to_time, 5) }));
export const email = line(() => ({ type: 'email', autocomplete: 'email', inputmode: 'email' }));
export const phone = line(() => ({ type: 'tel', autocomplete: 'tel' }));
export const moment = line(() => ({ type: 'datetime-local', 'data-moment': '' }));
export const website = line(() => ({ type: 'url', autocomplete: 'url', placeholder: 'https://' }));
export const decimal = number('decimal');
export const numeric = number('numeric');
