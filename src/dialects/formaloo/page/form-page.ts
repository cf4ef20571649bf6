/** The pages of a form as HTML: the form itself, what follows it, and what is said where it cannot be filled in. */
import type { Core } from '../../../core/context.ts';
import type { Form } from '../form.ts';
import { textOrNull } from '../memory.ts';
import { assetAddress } from './assets.ts';
import { renderQuestion } from './controls.ts';
import type { Fill } from './fill.ts';
import { attributes, html, type Markup, markupText, type Piece, webAddress } from './html.ts';
import { pageHeaders } from './page-headers.ts';
import { inputId, questionId } from './question-frame.ts';
import { type FormPage, type FormPages, isQuestion, type Note, pagesOf } from './questions.ts';
import { plainText, richText } from './rich-text.ts';
import { shuffledPages } from './shuffle.ts';
import { type Language, languageOf, type Texts, textsOf, told } from './texts.ts';
import { themeCss } from './theme.ts';

export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How the page is shown. */
export interface Frame {
  readonly isEmbedded: boolean;
}

/** Names of inputs that are no questions: slugs have no dots. */
export const own = {
  token: 'form.token',
  trap: 'form.trap',
  action: 'form.action',
  draft: 'form.draft',
  human: 'form.human',
} as const;

export function addressOfPage(
  { address }: Form,
  { isEmbedded }: Frame,
  path = '',
  query: Readonly<Record<string, string>> = {},
): string {
  const parameters = new URLSearchParams({ ...(isEmbedded ? { embed: '1' } : {}), ...query }).toString();
  return `/f/${address}${path}${parameters === '' ? '' : `?${parameters}`}`;
}

interface Shell {
  readonly title: string;
  readonly language: Language;
  readonly css: string | null;
  readonly form: Form | null;
  readonly isEmbedded: boolean;
  readonly content: Piece;
}

function shell({ title, language, css, form, isEmbedded, content }: Shell): Markup {
  const backdrop = isEmbedded || form === null ? null : webAddress(form.memory.background_image);
  return html`<!doctype html>
<html${attributes({ lang: language.lang, dir: language.dir, class: isEmbedded ? 'embedded' : css === null ? 'plain' : 'themed' })}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetAddress('form.css')}">
${css === null ? null : html`<style>${asCss(css)}</style>`}
<script src="${assetAddress('form.js')}" defer></script>
</head>
<body>${backdrop === null ? null : html`<img class="backdrop" src="${backdrop}" alt="">`}<main class="card">${content}</main></body>
</html>`;
}

/** Style sheets of ours hold nothing that could end one: colors in numbers. */
function asCss(css: string): Markup {
  if (/[<&]/.test(css)) throw new Error('a style sheet with markup');
  return html`${css}`;
}

function pageOfForm(core: Core, form: Form, frame: Frame, title: string, content: Piece): Page {
  const css = themeCss(form.memory);
  const { questions } = pagesOf(core, form);
  const body = markupText(
    shell({ title, language: languageOf(form), css, form, isEmbedded: frame.isEmbedded, content }),
  );
  return { headers: pageHeaders(form, questions, css), body };
}

function titleOf(form: Form): string {
  return plainText(form.title) || 'Form';
}

function header(form: Form, { isEmbedded }: Frame): Markup {
  const logo = webAddress(form.memory.logo);
  const isTitled = form.memory.show_title !== false && !isEmbedded;
  const description = form.table.description ?? '';
  return html`<header>${isEmbedded || logo === null ? null : html`<img class="logo" src="${logo}" alt="">`}<h1${attributes({ class: isTitled ? null : 'unseen' })}>${titleOf(form)}</h1>${isEmbedded || plainText(description) === '' ? null : html`<div class="intro">${richText(description)}</div>`}</header>`;
}

export interface Shown extends Frame {
  readonly fill: Fill;
  /** One submission is kept for it, however often it is sent. */
  readonly token: string;
  /** Code of the draft that is gone on with. */
  readonly draft: string | null;
  /** The draft was kept just now. */
  readonly isSaved?: boolean;
  /** Until what is filled in is taken no more; null: there is no such time. */
  readonly secondsLeft: number | null;
}

export function formPage(core: Core, form: Form, shown: Shown): Page {
  const texts = textsOf(form);
  const whole = pagesOf(core, form);
  const { fill } = shown;
  const isWrong = fill.errors.size + fill.general.length > 0;
  const title = `${isWrong ? `${texts.problem_title}: ` : ''}${titleOf(form)}`;
  const hasFiles = whole.questions.some(({ type, isHidden }) => !isHidden && (type === 'file' || type === 'signature'));
  const ownAttributes = {
    method: 'post',
    action: addressOfPage(form, shown),
    enctype: hasFiles ? 'multipart/form-data' : null,
    novalidate: true,
    'data-steps': whole.isStepwise,
    'data-address': form.address,
    'data-next': texts.next,
    'data-back': texts.back,
    'data-step': texts.step,
    'data-of': texts.of,
    'data-problem': texts.problem_title,
    'data-is-required': texts.is_required,
    'data-not-email': texts.not_email,
    'data-not-url': texts.not_url,
    'data-too-large': texts.too_large,
    ...(shown.secondsLeft === null
      ? {}
      : {
          'data-time-over': texts.time_over,
          'data-start-again': texts.start_again,
          'data-again': addressOfPage(form, { isEmbedded: shown.isEmbedded }),
        }),
  };
  const content = html`${header(form, shown)}${isWrong ? summary(form, whole, shown, texts) : null}${savedNote(core, form, shown, texts)}${timer(shown, texts)}
<form${attributes(ownAttributes)}>${whole.questions.some(({ isRequired, isHidden }) => isRequired && !isHidden) ? html`<p class="note"><bdi>${texts.required_note}</bdi></p>` : null}
${shuffledPages(form, whole.pages, shown.token).map((page, index) => section(page, index, fill, texts))}
${form.memory.has_recaptcha === true ? html`<div class="field"><label class="choice"><input type="checkbox" name="${own.human}" value="1" required><span>${texts.not_robot}<span class="star" aria-hidden="true"> *</span></span></label></div>` : null}
<input type="hidden" name="${own.token}" value="${shown.token}">${shown.draft === null ? null : html`<input type="hidden" name="${own.draft}" value="${shown.draft}">`}
<div class="trap" aria-hidden="true"><label>Leave this empty<input type="text" name="${own.trap}" tabindex="-1" autocomplete="off"></label></div>
<div class="actions"><button type="submit" class="send">${texts.submit}</button>${form.memory.accept_draft_answers === true ? html`<button type="submit" class="quiet" name="${own.action}" value="draft">${texts.save_draft}</button>` : null}</div>
</form>`;
  return pageOfForm(core, form, shown, title, content);
}

function section({ title, description, items }: FormPage, index: number, fill: Fill, texts: Texts): Markup {
  const id = `page-${index + 1}`;
  return html`<section${attributes({ class: 'page', id, 'aria-labelledby': title === '' ? null : `${id}-title` })}>${title === '' ? null : html`<h2 id="${id}-title">${title}</h2>`}${description === '' ? null : html`<div class="intro">${richText(description)}</div>`}
${items.map((item) => (isQuestion(item) ? renderQuestion(item, fill, texts) : note(item, texts)))}</section>`;
}

function note({ slug, kind, title, description, address }: Note, texts: Texts): Markup {
  const link = kind === 'video' ? texts.watch_video : texts.open_link;
  return html`<div class="part" id="${questionId(slug)}">${title === '' ? null : html`<h2>${title}</h2>`}${description === '' ? null : html`<div class="intro">${richText(description)}</div>`}${address === null ? null : html`<p><a${attributes({ href: address, target: '_blank', rel: 'noopener' })}>${link}</a></p>`}</div>`;
}

/** Browsers let a frame of another origin take the focus by its script alone. */
function autofocus({ isEmbedded }: Frame): Markup {
  return attributes({ autofocus: !isEmbedded });
}

/** Everything that is wrong, in the order of the page, each leading to its place. Focus begins here. */
function summary(form: Form, { questions }: FormPages, { fill, isEmbedded }: Shown, texts: Texts): Markup {
  const { errors, general } = fill;
  const wrong = questions.filter(({ slug, isHidden }) => errors.has(slug) && !isHidden);
  const lines = wrong.map(
    ({ slug, title }) =>
      html`<li><a href="#${inputId(slug)}">${title}: <bdi>${told(errors.get(slug) ?? '', texts)}</bdi></a></li>`,
  );
  const slugs = new Set(wrong.map(({ slug }) => slug));
  const rest = [...errors]
    .filter(([slug]) => !slugs.has(slug))
    .map(([slug, text]) => html`<li>${form.bySlug.get(slug)?.title ?? slug}: <bdi>${told(text, texts)}</bdi></li>`);
  const message = textOrNull(form.memory.error_message) ?? '';
  return html`<div class="summary" role="alert" tabindex="-1"${autofocus({ isEmbedded })} aria-labelledby="summary-title"><h2 id="summary-title">${texts.problem_title}</h2>${plainText(message) === '' ? null : html`<div>${richText(message)}</div>`}<ul>${general.map((text) => html`<li><bdi>${text}</bdi></li>`)}${lines}${rest}</ul></div>`;
}

function savedNote(core: Core, form: Form, { draft, isSaved, isEmbedded }: Shown, texts: Texts): Piece {
  if (draft === null || isSaved !== true) return null;
  const address = `${core.settings.publicUrl}${addressOfPage(form, { isEmbedded }, '', { draft })}`;
  return html`<div class="saved" role="status"><p>${texts.draft_saved}</p><p><a href="${address}">${address}</a></p></div>`;
}

/** Counted down by the script; without one it says what was left when the page was sent. */
function timer({ secondsLeft }: Shown, texts: Texts): Piece {
  if (secondsLeft === null) return null;
  const left = new Date(secondsLeft * 1000).toISOString().slice(11, 19).replace(/^00:/, '');
  return html`<p class="timer" role="timer" data-seconds="${secondsLeft}">${texts.time_left}: <bdi>${left}</bdi></p>`;
}

export interface Done extends Frame {
  /** Where the form sends people now; shown as a link where the page cannot go there itself. */
  readonly next: string | null;
  readonly number: number | null;
  readonly trackingCode: string | null;
  readonly answers: readonly { readonly title: string; readonly value: string }[];
}

export function donePage(core: Core, form: Form, done: Done): Page {
  const texts = textsOf(form);
  const success = form.entries.find(({ kind }) => kind.name === 'success_page');
  const title = plainText(success?.title ?? '') || texts.thanks;
  const description = textOrNull(success?.memory.description) ?? '';
  const message = textOrNull(form.memory.success_message) ?? '';
  const facts = [
    ...(done.number === null ? [] : [{ title: texts.submit_number, value: String(done.number) }]),
    ...(done.trackingCode === null ? [] : [{ title: texts.tracking_code, value: done.trackingCode }]),
  ];
  const content = html`<div${attributes({ class: 'done', 'data-next': done.next })}><svg class="tick" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/><path d="M15 24.5l6.5 6.5L33.5 18"/></svg><h1 tabindex="-1"${autofocus(done)}>${title}</h1>
${[description, message].filter((text) => plainText(text) !== '').map((text) => html`<div class="intro">${richText(text)}</div>`)}${list(facts)}${done.answers.length === 0 ? null : html`<h2>${texts.your_answers}</h2>${list(done.answers)}`}
<p class="after">${done.next === null ? html`<a href="${addressOfPage(form, done)}">${texts.another}</a>` : html`<a${attributes({ class: 'button', href: done.next, target: '_top' })}>${texts.continue}</a>`}</p></div>`;
  return pageOfForm(core, form, done, `${title} – ${titleOf(form)}`, content);
}

function list(facts: readonly { readonly title: string; readonly value: string }[]): Piece {
  if (facts.length === 0) return null;
  return html`<dl>${facts.map(({ title, value }) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The form is there, and takes nothing now; or nothing of what was begun then, and can be begun anew. */
export function closedPage(core: Core, form: Form, frame: Frame, message: string, isBegunAnew = false): Page {
  const texts = textsOf(form);
  const title = isBegunAnew ? told(message, texts) : texts.closed_title;
  const next = isBegunAnew ? html`<a href="${addressOfPage(form, frame)}">${texts.start_again}</a>` : message;
  const content = html`${header(form, frame)}<div class="closed"><h2>${title}</h2><p>${next}</p></div>`;
  return pageOfForm(core, form, frame, `${title} – ${titleOf(form)}`, content);
}

const english: Language = { lang: 'en', dir: 'ltr' };

/** There is no form, or nothing can be done for it now. */
export function messagePage(title: string, message: string): Page {
  const content = html`<div class="closed"><h1>${title}</h1><p>${message}</p></div>`;
  const body = markupText(shell({ title, language: english, css: null, form: null, isEmbedded: false, content }));
  const headers = {
    'content-security-policy':
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'",
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return { headers, body };
}
