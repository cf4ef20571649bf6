/**
 * Answers on the way out: how a stored value is written as `raw_value` (slugs, numbers, dates) and as `value` (what a
 * person reads). Chosen once per field; both are JSON text, since most of it is there already.
 */
import { choicesOf } from '../../core/fields/choices.ts';
import type { Stored } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { storedToJson } from '../../core/fields/parse-value.ts';
import { storedFiles } from '../../core/files/file-value.ts';
import type { PlaceList } from '../../core/geo/places.ts';
import { choiceTitle } from './choice-title.ts';
import type { AnswerField } from './form.ts';
import { microseconds } from './instants.ts';
import { matrixOf } from './matrix.ts';
import { objectOf } from './memory.ts';
import { placesOf } from './places.ts';

type Present = Exclude<Stored, null>;
type Write = (stored: Present) => string;

export interface ValueWriter {
  readonly raw: Write;
  /** Null: the same text as `raw`. */
  readonly value: Write | null;
}

/** How the answers of a field with a column are written. Relations and people, which have to be looked up, are not asked. */
export function valueWriterOf(entry: AnswerField): ValueWriter {
  const { field, kind } = entry;
  const places = placesOf(entry);
  if (places !== null) return placeWriter(places);
  switch (field.type) {
    case 'single_select':
      return choiceWriter(entry);
    case 'multi_select':
      return choicesWriter(entry);
    case 'checkbox':
      return kind.name === 'yes_no'
        ? { raw: (stored) => (stored === 1 ? '"yes"' : '"no"'), value: null }
        : { raw: (stored) => (stored === 1 ? 'true' : 'false'), value: null };
    case 'json':
      return jsonWriter(entry);
    case 'location':
      return { raw: String, value: (stored) => JSON.stringify(textOf(entry, stored)) };
    case 'file':
    case 'image':
      return filesWriter(entry);
    case 'created_at':
    case 'updated_at':
      return { raw: (stored) => `"${microseconds(String(stored))}"`, value: null };
    case 'date':
    case 'time':
    case 'datetime':
      // They hold nothing that JSON would escape.
      return { raw: (stored) => `"${stored}"`, value: null };
    default:
      return { raw: plainWriter(entry), value: null };
  }
}

/** Columns hold names, which people of other dialects can read. A name that is in no list is its own slug. */
function placeWriter(list: () => PlaceList): ValueWriter {
  return {
    raw: (stored) => JSON.stringify(list().byName(String(stored))?.id ?? stored),
    value: (stored) => JSON.stringify(stored),
  };
}

function plainWriter({ field }: AnswerField): Write {
  const { storage, isStoredAsIs } = fieldTypes[field.type];
  if (storage === 'number' || storage === 'integer') return String;
  return isStoredAsIs ? JSON.stringify : (stored) => JSON.stringify(storedToJson(field, stored));
}

function textOf({ field }: AnswerField, stored: Present): string {
  return fieldTypes[field.type].toText(storedToJson(field, stored), field);
}

/** Columns hold choice ids, which are the slugs. A choice that is gone leaves nothing. */
function choiceWriter({ field }: AnswerField): ValueWriter {
  const raws = new Map(choicesOf(field).map(({ id }) => [id, JSON.stringify(id)]));
  const values = new Map(choicesOf(field).map((choice) => [choice.id, JSON.stringify(choiceTitle(choice))]));
  return {
    raw: (stored) => raws.get(stored as string) ?? 'null',
    value: (stored) => values.get(stored as string) ?? 'null',
  };
}

function choicesWriter({ field }: AnswerField): ValueWriter {
  const values = new Map(choicesOf(field).map((choice) => [choice.id, JSON.stringify(choiceTitle(choice))]));
  const present = (stored: Present) => (JSON.parse(String(stored)) as string[]).filter((id) => values.has(id));
  return {
    raw: (stored) => JSON.stringify(present(stored)),
    value: (stored) =>
      `[${present(stored)
        .map((id) => values.get(id))
        .join()}]`,
  };
}

function jsonWriter(entry: AnswerField): ValueWriter {
  const { kind } = entry;
  if (kind.name === 'matrix') {
    const matrix = matrixOf(entry);
    return { raw: String, value: (stored) => JSON.stringify(matrix.titled(JSON.parse(String(stored)))) };
  }
  if (kind.name === 'choice_fetch') {
    const label = (stored: Present) => objectOf(JSON.parse(String(stored))).label ?? null;
    return { raw: String, value: (stored) => JSON.stringify(label(stored)) };
  }
  return { raw: String, value: null };
}

/** wire/formaloo.md §5: the URL of a single file; a list of `{url, file_slug}` where several are allowed. */
function filesWriter({ field }: AnswerField): ValueWriter {
  const isList = field.options.multiple === true;
  const urls = (stored: Present) => storedFiles(stored).map(({ url }) => url);
  if (!isList) return { raw: (stored) => JSON.stringify(urls(stored)[0] ?? null), value: null };
  return {
    raw: (stored) => JSON.stringify(storedFiles(stored).map(({ id, url }) => ({ url, file_slug: id }))),
    value: (stored) => JSON.stringify(urls(stored)),
  };
}
