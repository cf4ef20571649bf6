/** Forms for tests: a table made elsewhere with a field of every kind, seen as a form. */
import type { TableSchema } from '../../../src/core/tables/table-schema.ts';
import type { TestApp } from '../../harness.ts';

/** The slug of a form or field: as clients find it in lists. */
export function slugOf({ id }: { readonly id: string }): string {
  return id.slice(0, 8);
}

export function fieldSlug(table: TableSchema, name: string): string {
  const field = table.fieldByName.get(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return slugOf(field);
}

export interface ChoiceOf {
  readonly id: string;
  readonly name: string;
}

export function choiceSlug(table: TableSchema, field: string, title: string): string {
  const choices = table.fieldByName.get(field)?.options.choices as unknown as readonly ChoiceOf[];
  const choice = choices.find(({ name }) => name === title);
  if (choice === undefined) throw new Error(`no choice ${title}`);
  return choice.id;
}

/** A contact form as people make it in another dialect. */
export function makeContactForm(app: TestApp, name?: string): Promise<TableSchema> {
  return app.makeTable(
    [
      { name: 'Name', type: 'text', required: true, options: { max_length: 255 } },
      { name: 'Email', type: 'email', unique: true },
      { name: 'Topic', type: 'single_select', options: { choices: [{ name: 'Sales' }, { name: 'Support' }] } },
      { name: 'Interests', type: 'multi_select', options: { choices: [{ name: 'A' }, { name: 'B' }, { name: 'C' }] } },
      { name: 'Age', type: 'number', options: { precision: 0, min: 0, max: 150 } },
      { name: 'Agree', type: 'checkbox' },
      { name: 'Day', type: 'date' },
    ],
    name,
  );
}
