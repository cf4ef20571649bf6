/** Inputs of questions whose answers are chosen. */
import { partName } from './fill.ts';
import { attributes, html, type Markup } from './html.ts';
import { group, numberOrNull, type Place, type Render, single } from './question-frame.ts';
import type { Option } from './questions.ts';
import { numeric } from './text-inputs.ts';

/** Inputs to choose by; the first has the id that links lead to. */
function choice(
  place: Place,
  type: 'radio' | 'checkbox',
  name: string,
  option: Option,
  isFirst: boolean,
  chosen: readonly string[],
): Markup {
  const { id, common, question } = place;
  const own = {
    type,
    name,
    value: option.slug,
    id: isFirst ? id : null,
    checked: chosen.includes(option.slug),
    required: type === 'radio' && question.isRequired,
    'aria-invalid': type === 'checkbox' ? common['aria-invalid'] : null,
  };
  const picture =
    option.image === null ? null : html`<img${attributes({ src: option.image, alt: '', loading: 'lazy' })}>`;
  return html`<label class="choice"><input${attributes(own)}>${picture}<span>${option.title}</span></label>`;
}

function radios(place: Place, options: readonly Option[], className = 'choices'): Markup {
  const { question, values } = place;
  const inputs = options.map((option, index) => choice(place, 'radio', question.slug, option, index === 0, values));
  return group(place, html`<div class="${className}">${inputs}</div>`, 'radiogroup');
}

const option = (slug: string, title: string): Option => ({ slug, title, image: null });

export const dropdown: Render = (place) => {
  const { question, id, common, values, texts, fill } = place;
  const options = fill.offered.get(question.slug) ?? question.options;
  return single(
    place,
    html`<select${attributes({ id, name: question.slug, ...common })}><option value="">${texts.choose}</option>${options.map((one) => optionMarkup(one, values))}</select>`,
  );
};

function optionMarkup({ slug, title }: Option, chosen: readonly string[]): Markup {
  return html`<option${attributes({ value: slug, selected: chosen.includes(slug) })}>${title}</option>`;
}

export const multipleSelect: Render = (place) => {
  const { question, values, texts, id, common } = place;
  if (question.subType !== 'ranking') {
    const inputs = question.options.map((one, index) =>
      choice(place, 'checkbox', question.slug, one, index === 0, values),
    );
    return group(place, html`<div class="choices">${inputs}</div>`);
  }
  const places = question.options.map((_one, index) => {
    const own = {
      id: index === 0 ? id : null,
      name: question.slug,
      'aria-invalid': common['aria-invalid'],
      'aria-label': `${question.title}: ${index + 1}.`,
    };
    const chosen = values[index] === undefined ? [] : [values[index]];
    return html`<li><select${attributes(own)}><option value="">${texts.choose}</option>${question.options.map((one) => optionMarkup(one, chosen))}</select></li>`;
  });
  return group(place, html`<ol class="ranks">${places}</ol>`);
};

/** More answers than this are typed. */
const scaleMax = 11;

export const rating: Render = (place) => {
  const { question, texts } = place;
  const { view, subType } = question;
  const start = numberOrNull(view.range_start) ?? 0;
  const end = numberOrNull(view.range_end) ?? 5;
  if (subType === 'like_dislike')
    return radios(place, [option(String(end), texts.like), option(String(start), texts.dislike)], 'choices row');
  // Nobody gives no star at all.
  const first = subType === 'star' || subType === null ? Math.max(1, start) : start;
  const count = end - first + 1;
  if (count < 1 || count > scaleMax) return numeric(place);
  const options = Array.from({ length: count }, (_, index) => option(String(first + index), String(first + index)));
  if (first === 1 && (subType === 'star' || subType === null)) return stars(place, options);
  const ends = [view.min_message, view.max_message].map((text) => (typeof text === 'string' ? text : ''));
  const inputs = options.map((one, index) => choice(place, 'radio', question.slug, one, index === 0, place.values));
  return group(
    place,
    html`<div class="scale">${inputs}</div>${ends.every((text) => text === '') ? null : html`<p class="ends"><span>${ends[0]}</span><span>${ends[1]}</span></p>`}`,
    'radiogroup',
  );
};

function stars(place: Place, options: readonly Option[]): Markup {
  const { question, values, id } = place;
  const inputs = options.map((one, index) => {
    const own = {
      type: 'radio',
      name: question.slug,
      value: one.slug,
      id: index === 0 ? id : null,
      checked: values.includes(one.slug),
      required: question.isRequired,
    };
    return html`<label class="star-choice"><input${attributes(own)}><span class="unseen">${one.title} / ${options.length}</span><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2.6l2.9 5.9 6.5.9-4.7 4.6 1.1 6.5-5.8-3.1-5.8 3.1 1.1-6.5L2.6 9.4l6.5-.9z"/></svg></label>`;
  });
  return group(place, html`<div class="stars">${inputs}</div>`, 'radiogroup');
}

export const matrix: Render = (place) => {
  const { question, fill, id } = place;
  const rows = question.groups.map((row, rowIndex) => {
    const name = partName(question.slug, row.slug);
    const chosen = fill.values.get(name) ?? [];
    const inputs = question.options.map((column, index) => {
      const own = {
        type: 'radio',
        name,
        value: column.slug,
        id: rowIndex + index === 0 ? id : null,
        checked: chosen.includes(column.slug),
      };
      return html`<label class="choice"><input${attributes(own)}><span>${column.title}</span></label>`;
    });
    return html`<fieldset class="matrix-row"><legend>${row.title}</legend><div class="choices row">${inputs}</div></fieldset>`;
  });
  return group(place, rows);
};

export const linkedRows: Render = (place) => {
  const { question, fill, values } = place;
  const options = fill.offered.get(question.slug) ?? [];
  return group(
    place,
    html`<div class="choices">${options.map((one, index) => choice(place, 'checkbox', question.slug, one, index === 0, values))}</div>`,
  );
};

export const yesNo: Render = (place) =>
  radios(place, [option('yes', place.texts.yes), option('no', place.texts.no)], 'choices row');

export const oneChoice: Render = (place) => radios(place, place.question.options);
