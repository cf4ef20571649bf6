/** One question as HTML: which inputs each type has. */
import type { KindName } from '../kinds.ts';
import { dropdown, linkedRows, matrix, multipleSelect, oneChoice, rating, yesNo } from './choice-inputs.ts';
import { file, signature } from './file-inputs.ts';
import type { Fill } from './fill.ts';
import { attributes, html, type Markup } from './html.ts';
import { about, nameOf, placeOf, questionId, type Render } from './question-frame.ts';
import type { Question } from './questions.ts';
import {
  city,
  date,
  decimal,
  email,
  longText,
  moment,
  money,
  numeric,
  phone,
  shortText,
  table,
  time,
  website,
} from './text-inputs.ts';
import type { Texts } from './texts.ts';

export function renderQuestion(question: Question, fill: Fill, texts: Texts): Markup {
  const { slug, type, isHidden } = question;
  if (!isHidden) return renders[type](placeOf(question, fill, texts));
  return html`${(fill.values.get(slug) ?? []).map((value) => html`<input${attributes({ type: 'hidden', name: slug, value })}>`)}`;
}

const checkbox: Render = ({ question, id, error, common, value, ...place }) =>
  html`<div${attributes({ class: error === undefined ? 'field' : 'field wrong', id: questionId(question.slug) })}>${about({ ...place, question, id, error, common, value })}
<label class="choice"><input${attributes({ type: 'checkbox', id, name: question.slug, value: 'true', checked: value === 'true', ...common })}><span>${nameOf(question)}</span></label></div>`;

const nothing: Render = () => html``;

const renders: Record<KindName, Render> = {
  short_text: shortText,
  long_text: longText,
  email,
  phone,
  website: website,
  number: decimal,
  money,
  checkbox,
  yes_no: yesNo,
  choice: oneChoice,
  text_choice: oneChoice,
  dropdown,
  multiple_select: multipleSelect,
  rating,
  matrix,
  date,
  time,
  datetime: moment,
  file,
  signature,
  hidden: nothing,
  regex: shortText,
  city,
  country: dropdown,
  lookup: dropdown,
  linked_rows: linkedRows,
  choice_fetch: shortText,
  product: numeric,
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
