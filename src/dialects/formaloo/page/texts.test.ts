import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Form } from '../form.ts';
import { defaultTexts, languageOf, textsOf, told } from './texts.ts';
import { translations } from './translations.ts';

const formWith = (title: string, memory = {}) => ({ title, memory, entries: [] }) as unknown as Form;

test('language and direction follow what the form says, else its letters', () => {
  assert.deepEqual(languageOf(formWith('Contact')), { lang: 'en', dir: 'ltr' });
  assert.deepEqual(languageOf(formWith('فرم تماس چگونه')), { lang: 'fa', dir: 'rtl' });
  assert.deepEqual(languageOf(formWith('نموذج الاتصال')), { lang: 'ar', dir: 'rtl' });
  assert.deepEqual(languageOf(formWith('צור קשר')), { lang: 'he', dir: 'rtl' });
  assert.deepEqual(languageOf(formWith('Kontakt', { theme_config: { language: 'de-AT' } })), {
    lang: 'de-AT',
    dir: 'ltr',
  });
  assert.deepEqual(languageOf(formWith('Kontakt', { theme_config: { language: '"><x' } })), { lang: 'en', dir: 'ltr' });
});

test('a form brings its own words, and those that it leaves out stay', () => {
  const texts = textsOf(
    formWith('x', { button_text: 'Absenden', customized_texts: { next: 'Weiter', back: 7, thanks: ' ' } }),
  );
  assert.deepEqual([texts.submit, texts.next, texts.back, texts.thanks], ['Absenden', 'Weiter', 'Back', 'Thank you']);
});

test('the page speaks the language of the form where it can, with all of its words', () => {
  const texts = textsOf(formWith('فرم تماس چگونه'));
  assert.equal(texts.next, 'بعدی');
  assert.equal(told('This field is required.', texts), 'این فیلد الزامی است.');
  assert.equal(told('Must be at most 3.', texts), 'Must be at most 3.');
  for (const [language, words] of Object.entries(translations)) {
    assert.deepEqual(Object.keys(words).toSorted(), Object.keys(defaultTexts).toSorted(), language);
  }
  assert.equal(textsOf(formWith('Kontakt', { theme_config: { language: 'de-AT' } })).submit, 'Absenden');
});
