/**
 * Answers on the way in, where this dialect reads them otherwise than the core: slugs for choices and rows, "yes" and "no",
 * bounds that are settings here. Everything else is left to the field's own type. Chosen once per field.
 */
import { lookupOf } from '../../core/fields/choices.ts';
import { type Json, Refusal } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';
import { readNumber, roundTo } from '../../core/fields/read-number.ts';
import type { PlaceList } from '../../core/geo/places.ts';
import { perObject } from '../../core/per-object.ts';
import { unwrapped } from './attributes.ts';
import type { AnswerField } from './form.ts';
import { matrixOf } from './matrix.ts';
import { listOf } from './memory.ts';
import { placesOf } from './places.ts';
import { SentFile } from './sent-file.ts';

/** What the core is given for an answer, or why the answer is refused (completing "<field> …"). */
export type AnswerReader = (input: unknown, find: FindRow) => unknown;

/** The id of the row of this table that a slug names, or null. */
export type FindRow = (tableId: string, slug: string) => number | null;

export const answerReaderOf = perObject((entry: AnswerField) => withAcceptable(entry, makeReader(entry)));

const asSent: AnswerReader = (input) => input;
const isNothing = (input: unknown) => input === null || input === undefined || input === '';

function makeReader(entry: AnswerField): AnswerReader {
  const { field, kind } = entry;
  const places = placesOf(entry);
  if (places !== null) return placeReader(entry, places);
  switch (field.type) {
    case 'single_select':
      return choiceReader(entry);
    case 'multi_select':
      return choicesReader(entry);
    case 'checkbox':
      return kind.name === 'yes_no' ? readYesNo : asSent;
    case 'number':
    case 'currency':
    case 'rating':
      return numberReader(entry);
    case 'date':
      return boundedReader(entry, 'from_date', 'to_date', 'date');
    case 'time':
      return boundedReader(entry, 'from_time', 'to_time', 'time');
    case 'json':
      return jsonReader(entry);
    case 'relation':
      return rowsReader(entry);
    case 'file':
    case 'image':
      return readFiles;
    default:
      return asSent;
  }
}

const noChoice = new Refusal('must be the slug of one of its choices');

function choiceReader({ field }: AnswerField): AnswerReader {
  return (input) => {
    const one: unknown = Array.isArray(input) && input.length === 1 ? input[0] : input;
    if (isNothing(one)) return null;
    return (typeof one === 'string' ? lookupOf(field).nameById.get(one.trim()) : undefined) ?? noChoice;
  };
}

const noPlace = new Refusal('must be a slug from its list of choices');

/** Kept by name. With `has_other_choice` any text is a place. */
function placeReader({ memory }: AnswerField, list: () => PlaceList): AnswerReader {
  return (input) => {
    if (isNothing(input)) return null;
    const name = typeof input === 'string' ? list().byId(input.trim())?.name : undefined;
    return name ?? (memory.has_other_choice === true ? input : noPlace);
  };
}

const noChoices = new Refusal('must be a list of slugs of its choices');

function choicesReader({ field }: AnswerField): AnswerReader {
  return (input) => {
    const value = unwrapped(input);
    if (isNothing(value)) return null;
    const { nameById } = lookupOf(field);
    const parts = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(parts)) return noChoices;
    const names: string[] = [];
    for (const part of parts as readonly unknown[]) {
      if (isNothing(part)) continue;
      const name = typeof part === 'string' ? nameById.get(part.trim()) : undefined;
      if (name === undefined) return noChoices;
      names.push(name);
    }
    return names;
  };
}

const answersToYesNo = new Map<unknown, boolean>([
  ['yes', true],
  ['true', true],
  [true, true],
  ['no', false],
  ['false', false],
  [false, false],
]);
const notYesNo = new Refusal('must be "yes" or "no"');

const readYesNo: AnswerReader = (input) => {
  if (isNothing(input)) return null;
  const answer = answersToYesNo.get(typeof input === 'string' ? input.trim().toLowerCase() : input);
  return answer === undefined ? notYesNo : answer;
};

const notWhole = new Refusal('must be a whole number');

function numberReader({ field, kind, memory }: AnswerField): AnswerReader {
  const { precision } = field.options;
  const isWhole = precision === 0 || kind.name === 'product' || field.type === 'rating';
  const places = isWhole ? 0 : precision;
  const start = kind.name === 'rating' && typeof memory.range_start === 'number' ? memory.range_start : null;
  const tooSmall = new Refusal(`must be at least ${String(start)}`);
  if (typeof places !== 'number') return asSent;
  const tooFine = places === 0 ? notWhole : new Refusal(`must have at most ${places} decimal places`);
  return (input) => {
    const value = readNumber(input);
    if (typeof value !== 'number') return value;
    // The core rounds; here an answer that would change is refused.
    if (roundTo(value, places) !== value) return tooFine;
    return start !== null && value < start ? tooSmall : value;
  };
}

/** Dates and times compare as text in their canonical form. */
function boundedReader({ field, memory }: AnswerField, from: string, to: string, what: string): AnswerReader {
  const bound = (name: string) => {
    const value = fieldTypes[field.type].parse(memory[name] ?? null, field);
    return typeof value === 'string' ? value : null;
  };
  const [first, last] = [bound(from), bound(to)];
  if (first === null && last === null) return asSent;
  const tooEarly = new Refusal(`must be a ${what} from ${first ?? ''} on`);
  const tooLate = new Refusal(`must be a ${what} not after ${last ?? ''}`);
  return (input) => {
    const value = fieldTypes[field.type].parse(input, field);
    if (typeof value !== 'string') return value;
    if (first !== null && value < first) return tooEarly;
    return last !== null && value > last ? tooLate : value;
  };
}

const notLabelled = new Refusal('must be an object with label and value');

function jsonReader(entry: AnswerField): AnswerReader {
  const { name } = entry.kind;
  if (name === 'matrix') return matrixOf(entry).read;
  if (name === 'table' || name === 'repeating_section') return rowListReader(entry);
  if (name !== 'choice_fetch') return asSent;
  return (input) => {
    const value = unwrapped(input);
    if (isNothing(value)) return null;
    return isPlainObject(value) && 'label' in value && 'value' in value ? value : notLabelled;
  };
}

const notRows = new Refusal('must be a list of objects, one for each row');

function rowListReader({ memory }: AnswerField): AnswerReader {
  const { min_rows: min, max_rows: max } = memory;
  return (input) => {
    const value = unwrapped(input);
    if (isNothing(value)) return null;
    if (!Array.isArray(value) || !value.every(isPlainObject)) return notRows;
    if (typeof min === 'number' && value.length < min) return new Refusal(`must have at least ${min} rows`);
    if (typeof max === 'number' && value.length > max) return new Refusal(`must have at most ${max} rows`);
    return value;
  };
}

/** Parts of the body, slugs of uploads, URLs, or what rows show: `{url, file_slug}`. */
const readFiles: AnswerReader = (input) => {
  const value = unwrapped(input);
  return Array.isArray(value) ? (value as readonly unknown[]).map(fileOf) : fileOf(value);
};

function fileOf(sent: unknown): unknown {
  if (sent instanceof SentFile) return { id: sent.id };
  if (!isPlainObject(sent)) return sent;
  const { file_slug: slug, url } = sent;
  if (typeof slug === 'string' && slug !== '') return { id: slug };
  return typeof url === 'string' ? url : sent;
}

const noRow = new Refusal('must hold slugs of rows of the related form');

function rowsReader({ field }: AnswerField): AnswerReader {
  const target = String(field.options.target);
  return (input, find) => {
    const value = unwrapped(input);
    if (isNothing(value)) return [];
    const parts = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [value];
    const ids: number[] = [];
    for (const part of parts as readonly unknown[]) {
      if (isNothing(part)) continue;
      const slug = isPlainObject(part) ? part.slug : part;
      const id = typeof slug === 'string' ? find(target, slug.trim()) : null;
      if (id === null) return noRow;
      ids.push(id);
    }
    return ids;
  };
}

const notAcceptable = new Refusal('is not one of the acceptable answers');

/** wire/formaloo.md §6: where the form lists acceptable answers, any other is refused. */
function withAcceptable({ memory, field }: AnswerField, read: AnswerReader): AnswerReader {
  const acceptable = new Set(listOf(memory.acceptable_answers).map(plain));
  if (acceptable.size === 0) return read;
  return (input, find) => {
    if (isNothing(input)) return read(input, find);
    const parts = Array.isArray(input) ? (input as Json[]) : [input as Json];
    const isAcceptable = parts.every((part) => acceptable.has(plain(part)));
    const isPlace = field.type === 'json' || field.type === 'location';
    return isAcceptable || isPlace ? read(input, find) : notAcceptable;
  };
}

function plain(value: Json): string {
  return String(value).trim().toLowerCase();
}
