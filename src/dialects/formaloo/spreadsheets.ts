/** Rows as a spreadsheet, and a spreadsheet as rows (wire/formaloo.md §9). Columns are named by the titles of the fields. */
import type { Actor, Core } from '../../core/context.ts';
import { type ExportRequest, exportRecords } from '../../core/export/export-records.ts';
import type { Field, Json } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';
import { signedUrl } from '../../core/files/file-links.ts';
import { storeFile } from '../../core/files/upload-file.ts';
import { makeTableFile, type TableFile } from '../../core/forms/table-file.ts';
import { type ImportSource, sourceOfBytes } from '../../core/import/import-source.ts';
import { requireVerb, visibleApp } from '../../core/permit.ts';
import { systemField } from '../../core/records/system-fields.ts';
import type { AnswerField, Form } from './form.ts';
import { refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import { SentFile } from './sent-file.ts';
import { storedSource } from './stored-source.ts';

function layoutOf(form: Form, entries: readonly AnswerField[], own: Readonly<Record<string, string>>) {
  const titles = new Map<Field, string>();
  const add = (field: Field | undefined, title: string | undefined) => {
    if (field !== undefined && title !== undefined) titles.set(field, title);
  };
  add(systemField('id'), own.id);
  const taken = new Set(Object.values(own));
  for (const { field, title, kind } of entries) {
    const base = title.trim() === '' ? kind.name : title;
    let free = base;
    for (let number = 2; taken.has(free); number += 1) free = `${base} (${number})`;
    taken.add(free);
    add(field, free);
  }
  add(systemField('created_at'), own.created_at);
  return {
    format: 'xlsx',
    title: form.title,
    fields: [...titles.keys()],
    titleOf: (field: Field) => titles.get(field) ?? field.name,
  } as const satisfies ExportRequest;
}

/** Every answer, between the number of the row and the time of its making. */
export function exportForm(core: Core, actor: Actor, form: Form): Promise<TableFile> {
  const layout = layoutOf(form, form.answers, { id: 'Submit number', created_at: 'Created at' });
  return makeTableFile(core, actor, form.table, layout);
}

/** The columns of a form and no rows, as a file behind a link that holds for a day. */
export async function sampleFile(core: Core, actor: Actor, form: Form): Promise<string> {
  requireVerb(actor, form.table, 'create');
  const layout = layoutOf(form, form.answers.filter(isImportable), {});
  const file = await storeFile(core, actor, await visibleApp(core, actor, form.table.appId), {
    content: exportRecords(core, actor, form.table, { ...layout, filter: { op: 'never' } }),
    filename: 'sample.xlsx',
    isPrivate: true,
    isOwn: true,
  });
  return signedUrl(core, file.id, file.name, core.clock.now() + linkLifeMs);
}

/** The collector takes what no row shows as long after. */
const linkLifeMs = 24 * 60 * 60 * 1000;

export interface Imported {
  readonly total: number;
  readonly imported: number;
  /** What is wrong with which line; the first hundred of them. */
  readonly problems: readonly { readonly row: number; readonly title: string; readonly message: string }[];
}

const problemsMax = 100;

/**
 * Makes a row of every row of a spreadsheet or CSV file, or of `{header, rows}`. Columns are found by title, alias or slug; others
 * are left out like unknown keys. Rows that are refused are told and left out.
 */
export async function importForm(core: Core, actor: Actor, form: Form, body: Body): Promise<Imported> {
  requireVerb(actor, form.table, 'create');
  const source = await sourceOf(core, body);
  const { columns, skip } = await columnsOf(form, source);
  const problems: { row: number; title: string; message: string }[] = [];
  // Loaded when it is needed, as in run-imports.ts.
  const { importRecords } = await import('../../core/import/import-records.ts');
  const { created, refused: left } = await importRecords(
    core,
    { ...actor, origin: 'excel' },
    form.table.appId,
    { source, table: { id: form.table.id }, columns, skip },
    {
      onRefused({ line, field, reason }) {
        if (problems.length === problemsMax) return;
        const title = form.table.fieldByName.get(field);
        const entry = title === undefined ? undefined : form.byFieldId.get(title.id);
        problems.push({ row: line, title: entry?.title ?? field, message: reason });
      },
    },
  );
  return { total: created + left, imported: created, problems };
}

/** Columns that stand for a field, by their heading, and all others. @throws body_invalid when there are only others */
async function columnsOf(form: Form, source: ImportSource) {
  const byName = new Map<string, AnswerField>();
  const importable = form.answers.filter(isImportable);
  // Of what is named twice, what stands first in the form; a slug before any title.
  const layout = layoutOf(form, importable, {});
  for (const entry of [...importable].reverse()) {
    for (const name of [entry.field.name, layout.titleOf(entry.field), entry.title, entry.alias, entry.slug]) {
      if (name !== null && name.trim() !== '') byName.set(plain(name), entry);
    }
  }
  const columns = new Map<string, string>();
  const skip: string[] = [];
  const used = new Set<AnswerField>();
  const { openSourceTable } = await import('../../core/import/open-source.ts');
  for (const [at, heading] of (await openSourceTable(source)).columns.entries()) {
    const name = heading.trim() === '' ? `Column ${at + 1}` : heading.trim();
    const entry = byName.get(plain(name));
    if (entry === undefined || used.has(entry)) skip.push(name);
    else {
      used.add(entry);
      columns.set(name, entry.field.name);
    }
  }
  if (columns.size === 0) throw refused('file', 'must have columns named like fields of the form in its first row');
  return { columns, skip };
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}

function isImportable({ field }: AnswerField): boolean {
  return !fieldTypes[field.type].isReadOnly;
}

/** @throws body_invalid */
async function sourceOf(core: Core, body: Body): Promise<ImportSource> {
  const { file, header, rows } = body;
  if (file instanceof SentFile) return storedSource(core, file);
  if (header === undefined && rows === undefined) throw refused('file', 'is required', 'value_required');
  if (!Array.isArray(header) || !header.every((one) => typeof one === 'string') || header.length === 0) {
    throw refused('header', 'must be a list of column names');
  }
  if (!Array.isArray(rows) || rows.length === 0) throw refused('rows', 'must be a list of rows');
  const lines = (rows as readonly unknown[]).map((row, at) => {
    if (isPlainObject(row)) return JSON.stringify(row);
    if (Array.isArray(row))
      return JSON.stringify(Object.fromEntries(header.map((name, index) => [name, cellOf(row[index])])));
    throw refused('rows', `must hold lists of values, which number ${at + 1} is not`);
  });
  return sourceOfBytes('rows', Buffer.from(`${lines.join('\n')}\n`));
}

/** An empty cell is no value. */
function cellOf(cell: unknown): Json {
  return cell === undefined || cell === '' ? null : (cell as Json);
}
