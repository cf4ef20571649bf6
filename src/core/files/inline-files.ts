/**
 * Contents of files that came inside a record (`{data: base64, filename}` or a `data:` URL): uploaded before the record is
 * written, and replaced by the ids of the uploads. When the record is refused afterwards, they are orphans and collected.
 */
import type { Actor, Core } from '../context.ts';
import { AppError, valueRefused } from '../errors.ts';
import type { Field, Json } from '../fields/field-type.ts';
import { isPlainObject } from '../fields/plain-json.ts';
import type { RecordInput } from '../records/read-input.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { fileFieldsOf } from './file-refs.ts';
import { entriesOf, filesPerValueMax, isInline } from './file-value.ts';
import { storeFile } from './upload-file.ts';

/** The inputs as they came, when none of them carries a file: the case that costs nothing. */
export function storeInlineFiles<I extends readonly RecordInput[]>(
  core: Core,
  actor: Actor,
  table: TableSchema,
  inputs: I,
): I | Promise<I> {
  if (fileFieldsOf(table).length === 0) return inputs;
  const carries = (input: RecordInput) => input.some(([field, value]) => isFileField(table, field) && hasInline(value));
  return inputs.some(carries) ? store(core, actor, table, inputs) : inputs;
}

function isFileField(table: TableSchema, field: Field): boolean {
  return fileFieldsOf(table).some((one) => one.id === field.id);
}

function hasInline(value: unknown): boolean {
  return entriesOf(value).some(isInline);
}

async function store<I extends readonly RecordInput[]>(
  core: Core,
  actor: Actor,
  table: TableSchema,
  inputs: I,
): Promise<I> {
  const { writable } = actor.grant(table);
  const stored: RecordInput[] = [];
  for (const input of inputs) {
    const values: [Field, unknown][] = [];
    for (const [field, value] of input) {
      // What the actor may not write is refused later, and not kept before.
      const isWritten = isFileField(table, field) && (writable === null || writable.has(field.id)) && hasInline(value);
      values.push([field, isWritten ? await storeEach(core, actor, table, field, value) : value]);
    }
    stored.push(values);
  }
  return stored as readonly RecordInput[] as I;
}

async function storeEach(core: Core, actor: Actor, table: TableSchema, field: Field, value: unknown): Promise<unknown> {
  const entries = entriesOf(value);
  const limit = field.options.multiple === true ? Number(field.options.files_max ?? filesPerValueMax) : 1;
  // Refused by the field's type, which counts again; what is too many is not uploaded first.
  if (entries.length > limit)
    throw valueRefused(field.name, limit === 1 ? 'must be one file' : `must be at most ${limit} files`);
  const app = await core.catalog.app(table.appId);
  if (app === undefined) throw new AppError('app_not_found');
  const files: unknown[] = [];
  for (const entry of entries) {
    if (!isInline(entry)) {
      files.push(entry);
      continue;
    }
    const { data, filename, mediaType } = contentOf(entry, field);
    const { bytes_max: bytesMax, is_private: isPrivate } = field.options;
    const file = await storeFile(core, actor, app, {
      content: bytesOf(data),
      announcedSize: Math.floor((data.length * 3) / 4) - 2,
      filename,
      mediaType,
      isPrivate: isPrivate === true,
      ...(typeof bytesMax === 'number' ? { bytesMax } : {}),
    });
    files.push({ id: file.id });
  }
  return files;
}

interface InlineContent {
  readonly data: string;
  readonly filename: string | null;
  readonly mediaType: string | null;
}

const dataUrl = /^data:([^;,]{0,100})(?:;[^,]{0,100})?;base64,|^data:;base64,/;
const base64Form = /^[0-9A-Za-z+/_-]*={0,2}$/;

function contentOf(entry: unknown, field: Field): InlineContent {
  const object: Readonly<Record<string, unknown>> = isPlainObject(entry) ? entry : { data: entry };
  const { data, filename } = object as { data: string; filename?: Json };
  const [prefix = '', type] = dataUrl.exec(data.slice(0, 300)) ?? [];
  const text = data.slice(prefix.length).replace(/\s+/g, '');
  if (!base64Form.test(text)) throw valueRefused(field.name, 'must have base64 in data');
  return { data: text, filename: typeof filename === 'string' ? filename : null, mediaType: type || null };
}

const charactersPerPiece = 4 * 64 * 1024;

/** Decoded piece by piece: the text is in memory, its content need not be as well. */
async function* bytesOf(base64: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < base64.length; at += charactersPerPiece) {
    yield Buffer.from(base64.slice(at, at + charactersPerPiece), 'base64');
  }
}
