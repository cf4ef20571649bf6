/**
 * The value of file and image fields: what clients may send for it, its canonical and its stored form. Pure; that a file
 * exists and may be shown is checked where records are written (`check-files.ts`).
 */
import { type Field, type Json, Refusal, type Stored } from '../fields/field-type.ts';
import { isPlainObject } from '../fields/plain-json.ts';
import { problemOfText } from '../fields/read-text.ts';

/** One file in a record, in the form of the API. A reference to another server has no id. */
export type FileValue = {
  id: string | null;
  /** Absolute in what operations answer; `/files/…` in the column. */
  url: string;
  filename: string;
  size: number | null;
  media_type: string | null;
  width: number | null;
  height: number | null;
};

/** As it stands in the column, always in a list. */
export type StoredFile = FileValue & { private?: true };

export const filesPerValueMax = 100;
const filenameLengthMax = 200;
const urlLengthMax = 2_048;

const idForm = /^[0-9A-Za-z]{16}$/;
const ownPath = /^\/files\/([0-9A-Za-z]{16})(?:\/[^?#]*)?(?:[?#].*)?$/;
const mediaTypeForm = /^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64}$/;

const notFile = new Refusal(
  'must be a file: the id of an upload, an http or https URL, or an object with id, url or data and filename',
);
const inlineTooLate = new Refusal('must be an uploaded file here; file contents are not taken in this place');

/** `/files/<id>/<name>`: where this server answers the file. */
export function filePath(id: string, filename: string): string {
  return `/files/${id}/${encodeURIComponent(filename)}`;
}

/** The id in a path of this server's files, or null. */
export function idInPath(path: string): string | null {
  return ownPath.exec(path)?.[1] ?? null;
}

/** The file's name without folders and without what no file system or header takes; never empty. */
export function cleanFilename(name: string | null | undefined): string {
  const last = (name ?? '').toWellFormed().split(/[\\/]/).at(-1) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const clean = last.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069"]/g, '').trim();
  if (clean === '' || /^\.+$/.test(clean)) return 'file';
  if (clean.length <= filenameLengthMax) return clean;
  // The extension says what it is: it is kept, the name before it is cut.
  const extension = /\.[0-9A-Za-z]{1,10}$/.exec(clean)?.[0] ?? '';
  return (
    clean
      .slice(0, filenameLengthMax - extension.length)
      .toWellFormed()
      .trimEnd() + extension
  );
}

/** Canonical value of what a client sent. */
export function readFileValue(input: unknown, field: Field): Json | Refusal {
  const entries = entriesOf(input);
  const limit = field.options.multiple === true ? Number(field.options.files_max ?? filesPerValueMax) : 1;
  const files: FileValue[] = [];
  for (const entry of entries) {
    if (entry === null || entry === undefined || entry === '') continue;
    if (files.length === limit) return new Refusal(limit === 1 ? 'must be one file' : `must be at most ${limit} files`);
    const file = readEntry(entry);
    if (file instanceof Refusal) return file;
    files.push(file);
  }
  return fieldValue(files, field);
}

/** A list, one thing, or a text of several URLs as forms send it. */
export function entriesOf(input: unknown): readonly unknown[] {
  if (Array.isArray(input)) return input.slice(0, filesPerValueMax + 1);
  if (typeof input !== 'string' || !input.includes(',') || input.startsWith('data:')) return [input];
  return input.split(/,\s*(?=https?:\/\/|\/files\/|[0-9A-Za-z]{16}(?:,|$))/).map((part) => part.trim());
}

/** Files of a field as its value: a list, one of them, or nothing. */
function fieldValue(files: readonly FileValue[], field: Field): Json {
  if (files.length === 0) return null;
  return field.options.multiple === true ? [...files] : (files[0] ?? null);
}

function readEntry(entry: unknown): FileValue | Refusal {
  if (typeof entry === 'string') return readReference(entry.trim(), {});
  if (!isPlainObject(entry)) return notFile;
  if (isInline(entry)) return inlineTooLate;
  const { id, url, uri } = entry;
  if (typeof id === 'string' && id !== '') {
    return idForm.test(id) ? ownFile(id, typeof url === 'string' ? url : null, entry) : notFile;
  }
  const address = url ?? uri;
  return typeof address === 'string' ? readReference(address.trim(), entry) : notFile;
}

/** Whether the object carries the content of a file. Content wins over a URL beside it. */
export function isInline(entry: unknown): boolean {
  if (typeof entry === 'string') return /^data:[^,]{0,200};base64,/.test(entry);
  return isPlainObject(entry) && typeof entry.data === 'string' && entry.data !== '';
}

function readReference(text: string, facts: Readonly<Record<string, unknown>>): FileValue | Refusal {
  if (text.length > urlLengthMax || problemOfText(text) !== null) return notFile;
  if (isInline(text)) return inlineTooLate;
  if (idForm.test(text)) return ownFile(text, null, facts);
  const own = idInPath(text);
  if (own !== null) return ownFile(own, text, facts);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return notFile;
  return { id: null, url: text, ...readFacts(facts, nameInUrl(text)) };
}

function ownFile(id: string, url: string | null, facts: Readonly<Record<string, unknown>>): FileValue {
  const read = readFacts(facts, url === null ? 'file' : nameInUrl(url));
  const isUsable =
    url !== null && url.length <= urlLengthMax && problemOfText(url) === null && /^(https?:\/)?\//i.test(url);
  return { id, url: isUsable ? url : filePath(id, read.filename), ...read };
}

type Facts = Omit<FileValue, 'id' | 'url'>;

/** What the client says about the file; believed only of files that are not ours. */
function readFacts(facts: Readonly<Record<string, unknown>>, fallbackName: string): Facts {
  const { filename, size, media_type: mediaType, width, height } = facts;
  const whole = (value: unknown) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : null);
  return {
    filename: typeof filename === 'string' && filename !== '' ? cleanFilename(filename) : fallbackName,
    size: whole(size),
    media_type: typeof mediaType === 'string' && mediaTypeForm.test(mediaType) ? mediaType.toLowerCase() : null,
    width: whole(width),
    height: whole(height),
  };
}

function nameInUrl(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] ?? '';
  try {
    return cleanFilename(decodeURIComponent(path));
  } catch {
    return cleanFilename(path);
  }
}

/** The column's form of a canonical value. */
export function toStoredFiles(value: Json): Stored {
  if (value === null) return null;
  return JSON.stringify(Array.isArray(value) ? value : [value]);
}

/** The files in a column. */
export function storedFiles(stored: Stored): readonly StoredFile[] {
  return typeof stored === 'string' ? (JSON.parse(stored) as StoredFile[]) : [];
}

/** The canonical value of a column. */
export function fromStoredFiles(stored: Stored, field: Field): Json {
  const files = storedFiles(stored).map(({ id, url, filename, size, media_type, width, height }): FileValue => {
    return { id, url, filename, size, media_type, width, height };
  });
  return fieldValue(files, field);
}

/** URLs, comma-separated. */
export function filesToText(value: Json): string {
  const files = (Array.isArray(value) ? value : [value]) as unknown as readonly (FileValue | null)[];
  return files.flatMap((file) => file?.url ?? []).join(', ');
}
