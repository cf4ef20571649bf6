/** What the page says by itself, in English unless the form brings its own (`customized_texts`, by the names here), and its language. */
import type { Form } from '../form.ts';
import { objectOf, textOrNull } from '../memory.ts';
import { plainText } from './rich-text.ts';
import { translations } from './translations.ts';

export const defaultTexts = {
  submit: 'Submit',
  next: 'Next',
  back: 'Back',
  save_draft: 'Save and go on later',
  draft_saved: 'Your answers are saved. Keep the address of this page to go on later:',
  required_note: 'Fields marked with * are required.',
  choose: 'Choose…',
  yes: 'Yes',
  no: 'No',
  like: 'Like',
  dislike: 'Dislike',
  problem_title: 'There is a problem',
  thanks: 'Thank you',
  another: 'Submit another response',
  continue: 'Continue',
  submit_number: 'Number of your submission',
  tracking_code: 'Tracking code',
  your_answers: 'Your answers',
  not_robot: 'I am not a robot',
  attached: 'Attached',
  watch_video: 'Watch the video',
  open_link: 'Open the link',
  add_row: 'Add another',
  row: 'Entry',
  clear: 'Clear',
  sign_here: 'Sign here',
  or_picture: 'Or choose a picture of it:',
  closed_title: 'This form is closed',
  step: 'Step',
  of: 'of',
  is_required: 'This field is required.',
  not_email: 'Must be an e-mail address.',
  not_url: 'Must be an address that begins with https://.',
  not_number: 'Must be a number.',
  too_large: 'This file is too large.',
  choose_one: 'Choose one of the answers.',
  choose_place: 'Choose a place from the list.',
  time_left: 'Time left',
  time_over: 'The time to fill in this form is over.',
  start_again: 'Start again',
} as const;

export type TextName = keyof typeof defaultTexts;
export type Texts = Readonly<Record<TextName, string>>;

export function textsOf(form: Form): Texts {
  const { memory } = form;
  const own = objectOf(memory.customized_texts);
  const [language = ''] = languageOf(form).lang.split('-');
  const texts: Record<string, string> = { ...defaultTexts, ...translations[language] };
  for (const name of Object.keys(defaultTexts)) {
    const text = textOrNull(own[name]);
    if (text !== null && text.trim() !== '') texts[name] = text;
  }
  const button = textOrNull(memory.button_text);
  if (button !== null && button.trim() !== '') texts.submit = button;
  return texts as Texts;
}

const nameOfDefault = new Map(Object.entries(defaultTexts).map(([name, text]) => [text as string, name as TextName]));

/** A message of the API in the words of the page, where it has some. */
export function told(message: string, texts: Texts): string {
  const name = nameOfDefault.get(message);
  return name === undefined ? message : texts[name];
}

export interface Language {
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
}

const tagForm = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const rightToLeft = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** As the form says (`theme_config.language` or `localized_content.language`); otherwise by the letters that it is written in. */
export function languageOf({ memory, title, entries }: Form): Language {
  const said =
    textOrNull(objectOf(memory.theme_config).language) ?? textOrNull(objectOf(memory.localized_content).language);
  if (said !== null && tagForm.test(said)) {
    return { lang: said, dir: rightToLeft.has(said.split('-', 1)[0] ?? '') ? 'rtl' : 'ltr' };
  }
  const text = plainText([title, ...entries.map((entry) => entry.title)].join(' '));
  const count = (letters: RegExp) => text.match(letters)?.length ?? 0;
  const hebrew = count(/\p{Script=Hebrew}/gu);
  const arabic = count(/\p{Script=Arabic}/gu);
  if (Math.max(hebrew, arabic) <= count(/\p{Script=Latin}/gu)) return { lang: 'en', dir: 'ltr' };
  if (hebrew > arabic) return { lang: 'he', dir: 'rtl' };
  return { lang: /[پچژگکی]/.test(text) ? 'fa' : 'ar', dir: 'rtl' };
}
