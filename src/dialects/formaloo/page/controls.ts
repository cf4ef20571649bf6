/** One question as HTML: a label or legend, what helps, what is wrong, and its inputs, tied together for every reader. */
import type { KindName } from '../kinds.ts';
import { type Fill, type KeptFile, partName } from './fill.ts';
import { attributes, html, type Markup, type Piece } from './html.ts';
import type { Option, Question } from './questions.ts';
import { richText } from './rich-text.ts';
import type { Texts } from './texts.ts';

/** A question in its place, with what all its parts refer to. */
interface Place {
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

type Render = (place: Place) => Markup;

export function questionId(slug: string): string {
  return `q-${slug}`;
}

/** Where a link to the question leads: its first input. */
export function inputId(slug: string): string {
  return `f-${slug}`;
}

export function renderQuestion(question: Question, fill: Fill, texts: Texts): Markup {
  const { slug } = question;
  const values = fill.values.get(slug) ?? [];
  if (question.isHidden) {
    return html`${values.map((value) => html`<input${attributes({ type: 'hidden', name: slug, value })}>`)}`;
  }
  const id = inputId(slug);
  const error = fill.errors.get(slug);
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
  const place: Place = { question, fill, texts, id, error, common, value: values[0] ?? '', values };
  return renders[question.type](place);
}

/** A question with one input. */
function single(place: Place, input: Markup, after: Piece = null): Markup {
  const { question, id, error } = place;
  return html`<div${attributes({ class: error === undefined ? 'field' : 'field wrong', id: questionId(question.slug) })}>
<label${attributes({ class: 'name', for: id })}>${nameOf(question)}</label>${about(place)}${input}${after}</div>`;
}

/** A question with several inputs. */
function group(place: Place, inputs: Piece, role: 'radiogroup' | 'group' = 'group'): Markup {
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

function nameOf({ title, isRequired }: Question): Piece {
  return [title === '' ? '…' : title, isRequired ? html`<span class="star" aria-hidden="true"> *</span>` : null];
}

function about({ question, id, error }: Place): Piece {
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

const shortText = line(({ view }) => ({ maxlength: numberOrNull(view.max_length) }));

const longText: Render = (place) => {
  const { question, id, common, value } = place;
  const own = { id, name: question.slug, rows: 5, maxlength: numberOrNull(question.view.max_length), ...common };
  return single(
    place,
    html`<textarea${attributes(own)}>
${value}</textarea>`,
  );
};

const money: Render = (place) => {
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

const checkbox: Render = ({ question, id, error, common, value, ...place }) =>
  html`<div${attributes({ class: error === undefined ? 'field' : 'field wrong', id: questionId(question.slug) })}>${about({ ...place, question, id, error, common, value })}
<label class="choice"><input${attributes({ type: 'checkbox', id, name: question.slug, value: 'true', checked: value === 'true', ...common })}><span>${nameOf(question)}</span></label></div>`;

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

const dropdown: Render = (place) => {
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

const multipleSelect: Render = (place) => {
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

const rating: Render = (place) => {
  const { question, texts } = place;
  const { view, subType } = question;
  const start = numberOrNull(view.range_start) ?? 0;
  const end = numberOrNull(view.range_end) ?? 5;
  if (subType === 'like_dislike')
    return radios(place, [option(String(end), texts.like), option(String(start), texts.dislike)], 'choices row');
  // Nobody gives no star at all.
  const first = subType === 'star' || subType === null ? Math.max(1, start) : start;
  const count = end - first + 1;
  if (count < 1 || count > scaleMax) return number('numeric')(place);
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

const matrix: Render = (place) => {
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

function keptFiles({ question, fill, texts }: Place): Piece {
  const files: readonly KeptFile[] = fill.files.get(question.slug) ?? [];
  return files.map(
    (file) =>
      html`<label class="choice kept"><input${attributes({ type: 'checkbox', name: partName(question.slug, 'kept'), value: file.id, checked: true })}><span>${texts.attached}: ${file.name}</span></label>`,
  );
}

const file: Render = (place) => {
  const { question, id, common, fill } = place;
  const { view } = question;
  const extensions = [view.allowed_extensions ?? []].flat().map((one) => `.${String(one)}`);
  const accept = view.file_type === 'image' && extensions.length === 0 ? ['image/*'] : extensions;
  const hasKept = (fill.files.get(question.slug) ?? []).length > 0;
  const own = {
    type: 'file',
    id,
    name: question.slug,
    accept: accept.length === 0 ? null : accept.join(','),
    multiple: view.allow_multiple_files === true,
    'data-max-kb': numberOrNull(view.max_size),
    ...common,
    required: common.required && !hasKept,
  };
  return single(place, html`<input${attributes(own)}>`, keptFiles(place));
};

/** A picture of it without scripts; with them, a place to draw. */
const signature: Render = (place) => {
  const { question, id, common, texts, fill } = place;
  const hasKept = (fill.files.get(question.slug) ?? []).length > 0;
  const own = {
    type: 'file',
    id,
    name: question.slug,
    accept: 'image/*',
    ...common,
    required: common.required && !hasKept,
  };
  return single(
    place,
    html`<div${attributes({ class: 'signature', 'data-sign': texts.sign_here, 'data-clear': texts.clear })}><input${attributes(own)}></div>`,
    keptFiles(place),
  );
};

/** Rows that are there to begin with. */
const rowsFirst = 3;

const table: Render = (place) => {
  const { question, fill, id, texts } = place;
  const { slug, columns, view } = question;
  if (columns.length === 0) return longText(place);
  const filled = [...fill.values.keys()].flatMap((name) => {
    const [own, index] = name.split('.');
    return own === slug && index !== undefined && /^\d{1,3}$/.test(index) ? [Number(index) + 1] : [];
  });
  const max = numberOrNull(view.max_rows) ?? 100;
  const count = Math.min(max, Math.max(rowsFirst, numberOrNull(view.min_rows) ?? 0, ...filled));
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
    html`<div${attributes({ class: 'entries', 'data-rows': max, 'data-add': texts.add_row, 'data-slug': slug })}>${rows}</div>`,
  );
};

const city: Render = (place) => {
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

const lookup: Render = (place) => dropdown(place);

const linkedRows: Render = (place) => {
  const { question, fill, values } = place;
  const options = fill.offered.get(question.slug) ?? [];
  return group(
    place,
    html`<div class="choices">${options.map((one, index) => choice(place, 'checkbox', question.slug, one, index === 0, values))}</div>`,
  );
};

const nothing: Render = () => html``;

const date = line(({ view }) => ({ type: 'date', min: bound(view.from_date, 10), max: bound(view.to_date, 10) }));
const time = line(({ view }) => ({ type: 'time', min: bound(view.from_time, 5), max: bound(view.to_time, 5) }));
const email = line(() => ({ type: 'email', autocomplete: 'email', inputmode: 'email' }));
const phone = line(() => ({ type: 'tel', autocomplete: 'tel' }));

const renders: Record<KindName, Render> = {
  short_text: shortText,
  long_text: longText,
  email,
  phone,
  website: line(() => ({ type: 'url', autocomplete: 'url', placeholder: 'https://' })),
  number: number('decimal'),
  money,
  checkbox,
  yes_no: (place) => radios(place, [option('yes', place.texts.yes), option('no', place.texts.no)], 'choices row'),
  choice: (place) => radios(place, place.question.options),
  text_choice: (place) => radios(place, place.question.options),
  dropdown,
  multiple_select: multipleSelect,
  rating,
  matrix,
  date,
  time,
  datetime: line(() => ({ type: 'datetime-local', 'data-moment': '' })),
  file,
  signature,
  hidden: nothing,
  regex: shortText,
  city,
  country: dropdown,
  lookup,
  linked_rows: linkedRows,
  choice_fetch: shortText,
  product: number('numeric'),
  variable: nothing,
  table,
  repeating_section: table,
  profile: nothing,
  profile_data: nothing,
  ai_box: nothing,
  user: nothing,
  assignee: nothing,
  meta: nothing,
  oembed: nothing,
  success_page: nothing,
  email_verification: email,
  phone_verification: phone,
  barcode: shortText,
  location: shortText,
};

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
