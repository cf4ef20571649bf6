/** Inputs of questions that are answered by files. */
import type { KeptFile } from './fill.ts';
import { partName } from './fill.ts';
import { attributes, html, type Piece } from './html.ts';
import { numberOrNull, type Place, type Render, single } from './question-frame.ts';

function keptFiles({ question, fill, texts }: Place): Piece {
  const files: readonly KeptFile[] = fill.files.get(question.slug) ?? [];
  return files.map(
    (file) =>
      html`<label class="choice kept"><input${attributes({ type: 'checkbox', name: partName(question.slug, 'kept'), value: file.id, checked: true })}><span>${texts.attached}: ${file.name}</span></label>`,
  );
}

export const file: Render = (place) => {
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
export const signature: Render = (place) => {
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
    html`<div${attributes({ class: 'signature', 'data-sign': texts.sign_here, 'data-clear': texts.clear, 'data-or': texts.or_picture })}><input${attributes(own)}></div>`,
    keptFiles(place),
  );
};
