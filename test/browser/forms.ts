/** Forms for tests of their page: made through the API, as their owners make them. */
import assert from 'node:assert/strict';
import { clientOf } from '../dialects/formaloo/client.ts';
import type { TestApp } from '../harness.ts';

export interface MadeForm {
  readonly slug: string;
  readonly address: string;
  /** Slugs of the fields, by alias. */
  readonly fields: Readonly<Record<string, string>>;
  /** Slugs of the choices of a field, by title. */
  readonly choices: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type FieldSpec = Readonly<Record<string, unknown>> & { readonly type: string; readonly alias?: string };

export async function makeForm(
  app: TestApp,
  attributes: Readonly<Record<string, unknown>>,
  fields: readonly FieldSpec[],
): Promise<MadeForm> {
  const client = clientOf(app);
  const { form } = await client.data(201, 'POST', '/v3.0/forms/', attributes);
  const slugs: Record<string, string> = {};
  const choices: Record<string, Record<string, string>> = {};
  for (const spec of fields) {
    const { field } = await client.data(201, 'POST', '/v3.0/fields/', { form: form.slug, ...spec });
    if (spec.alias === undefined) continue;
    slugs[spec.alias] = field.slug;
    const items: readonly { readonly title: string; readonly slug: string }[] = field.choice_items ?? [];
    choices[spec.alias] = Object.fromEntries(items.map(({ title, slug }) => [title, slug]));
  }
  return { slug: form.slug, address: form.address, fields: slugs, choices };
}

/** Answers of every row of the form, newest first. */
export async function rowsOf(app: TestApp, form: MadeForm): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { rows } = await clientOf(app).data(200, 'GET', `/v3.0/forms/${form.slug}/rows/`);
  const names = new Map(Object.entries(form.fields).map(([alias, slug]) => [slug, alias]));
  return rows.map(({ data }: { readonly data: Record<string, unknown> }) =>
    Object.fromEntries(
      Object.entries(data).flatMap(([slug, value]) => (names.has(slug) ? [[names.get(slug), value]] : [])),
    ),
  );
}

/** A field of every kind that people can fill in. */
export const everyField: readonly FieldSpec[] = [
  { type: 'short_text', alias: 'name', title: 'Your name', required: true },
  { type: 'email', alias: 'email', title: 'E-mail', required: true, description: 'We write to you <b>once</b>.' },
  { type: 'phone', alias: 'phone', title: 'Phone' },
  { type: 'website', alias: 'website', title: 'Website' },
  { type: 'number', alias: 'age', title: 'Age', min_value: 0, max_value: 150, decimal_places: 0 },
  { type: 'money', alias: 'budget', title: 'Budget', currency: 'EUR', decimal_places: 2 },
  { type: 'meta', sub_type: 'section', title: 'Your visit', description: 'When you come and what you would like.' },
  { type: 'date', alias: 'day', title: 'Day' },
  { type: 'time', alias: 'hour', title: 'Time' },
  { type: 'datetime', alias: 'moment', title: 'Arrival' },
  {
    type: 'choice',
    alias: 'topic',
    title: 'Topic',
    bulk_choices: ['Sales', 'Support', 'Something else'],
    required: true,
  },
  { type: 'dropdown', alias: 'size', title: 'Size', bulk_choices: ['Small', 'Medium', 'Large'] },
  {
    type: 'multiple_select',
    alias: 'interests',
    title: 'Interests',
    bulk_choices: ['Music', 'Film', 'Books'],
    max_selectable_choices: 2,
  },
  {
    type: 'multiple_select',
    alias: 'ranks',
    title: 'In your order',
    sub_type: 'ranking',
    bulk_choices: ['Sea', 'Forest'],
  },
  { type: 'yes_no', alias: 'coming', title: 'Are you coming?' },
  { type: 'rating', alias: 'stars', title: 'How did you like us?' },
  {
    type: 'rating',
    alias: 'nps',
    title: 'Would you recommend us?',
    sub_type: 'nps',
    range_start: 0,
    range_end: 10,
    min_message: 'Never',
    max_message: 'Always',
  },
  { type: 'rating', alias: 'liked', title: 'The food', sub_type: 'like_dislike', range_start: 0, range_end: 1 },
  {
    type: 'matrix',
    alias: 'matrix',
    title: 'How was …',
    choice_items: [{ title: 'Good' }, { title: 'Fair' }, { title: 'Poor' }],
    choice_groups: [{ title: 'Service' }, { title: 'Room' }],
  },
  { type: 'country', alias: 'country', title: 'Country' },
  { type: 'city', alias: 'city', title: 'City' },
  { type: 'file', alias: 'photo', title: 'Photo', file_type: 'image', max_size: 100 },
  { type: 'signature', alias: 'signature', title: 'Signature' },
  {
    type: 'table',
    alias: 'guests',
    title: 'Guests',
    column_groups: [{ title: 'Name' }, { title: 'Age' }],
    max_rows: 5,
  },
  { type: 'product', alias: 'tickets', title: 'Tickets', unit_price: 12, currency: 'EUR' },
  { type: 'regex', alias: 'code', title: 'Code', regex: '^[A-Z]{3}$' },
  { type: 'location', alias: 'place', title: 'Place' },
  { type: 'hidden', alias: 'source', title: 'Source' },
  { type: 'long_text', alias: 'message', title: 'Message' },
  { type: 'checkbox', alias: 'agree', title: 'I agree to the terms', required: true },
];

export function slugIn(form: MadeForm, alias: string): string {
  const slug = form.fields[alias];
  assert.ok(slug, `no field ${alias}`);
  return slug;
}
