/**
 * How attributes of forms and fields are read from a body: values arrive as JSON, as the texts of an HTML form ("true",
 * "12"), or as JSON inside a text (wire/formaloo.md §1).
 */
import { type Json, Refusal } from '../../core/fields/field-type.ts';
import { isPlainObject, readPlainJson } from '../../core/fields/plain-json.ts';
import { readInstant, readTime } from '../../core/fields/read-instant.ts';
import { readNumber } from '../../core/fields/read-number.ts';
import { problemOfText, readText } from '../../core/fields/read-text.ts';
import { SentFile } from './sent-file.ts';

/** Reads one attribute; `null` and, except in texts, `""` mean nothing. Messages complete "<attribute> …". */
export type AttributeKind = (input: unknown) => Json | Refusal;

const isNothing = (input: unknown) => input === null || input === undefined || input === '';

/** Text of so many characters at most; `null` stays null. */
export function text(lengthMax: number): AttributeKind {
  const tooLong = new Refusal(`must have at most ${lengthMax} characters`);
  return (input) => {
    const value = readText(input);
    return typeof value === 'string' && value.length > lengthMax ? tooLong : value;
  };
}

/** HTML is kept as it was sent; pages that show it clean it. */
export const html = text(100_000);

const words = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  ['1', true],
  [1, true],
  ['on', true],
  ['yes', true],
  [false, false],
  ['false', false],
  ['0', false],
  [0, false],
  ['off', false],
  ['no', false],
]);
const notBoolean = new Refusal('must be true or false');

export const boolean: AttributeKind = (input) => {
  const value = words.get(typeof input === 'string' ? input.trim().toLowerCase() : input);
  return value === undefined ? notBoolean : value;
};

export const decimal: AttributeKind = (input) => readNumber(input);

export function whole(min: number, max: number): AttributeKind {
  const refusal = new Refusal(`must be a whole number from ${min} to ${max}`);
  return (input) => {
    const value = readNumber(input);
    if (typeof value !== 'number') return value;
    return Number.isInteger(value) && value >= min && value <= max ? value : refusal;
  };
}

export function oneOf(...allowed: readonly string[]): AttributeKind {
  const refusal = new Refusal(`must be one of ${allowed.map((one) => `"${one}"`).join(', ')}`);
  return (input) => (isNothing(input) ? null : typeof input === 'string' && allowed.includes(input) ? input : refusal);
}

const notUrl = new Refusal('must be an absolute http or https URL');

/** A URL, or a file that was sent. `""` is refused: clients clear it by null. */
export function url(lengthMax: number): AttributeKind {
  return (input) => {
    if (input === null || input === undefined) return null;
    if (input instanceof SentFile) return input.url;
    if (typeof input !== 'string' || input.length > lengthMax || problemOfText(input) !== null) return notUrl;
    return /^https?:\/\//i.test(input) && URL.canParse(input) ? input : notUrl;
  };
}

const notInstant = new Refusal('must be a date and time in the form YYYY-MM-DDTHH:MM:SSZ');
const notTime = new Refusal('must be a time in the form HH:MM:SS');

export const instant: AttributeKind = (input) => {
  if (isNothing(input)) return null;
  return (typeof input === 'string' ? readInstant(input.trim(), 'iso') : null) ?? notInstant;
};

export const time: AttributeKind = (input) => {
  if (isNothing(input)) return null;
  return (typeof input === 'string' ? readTime(input.trim()) : null) ?? notTime;
};

const notList = new Refusal('must be a list');
const notObject = new Refusal('must be an object');
const notColor = new Refusal('must be a color: {"r": 0, "g": 0, "b": 0, "a": 1} as JSON text, or #RRGGBB');

/** The value of a text that is JSON; every other input as it is. */
export function unwrapped(input: unknown): unknown {
  if (typeof input !== 'string' || !/^\s*[[{"]/.test(input)) return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

export const json: AttributeKind = (input) => (isNothing(input) ? null : readPlainJson(unwrapped(input)));

/** A list, a list as JSON text, or a text of several lines or comma-separated parts. */
export const list: AttributeKind = (input) => {
  if (isNothing(input)) return [];
  const value = unwrapped(input);
  if (Array.isArray(value)) return readPlainJson(value);
  if (typeof value !== 'string') return notList;
  return value
    .split(/[\n,]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
};

/** A list and nothing else: a client that sends an object here has misunderstood (wire/formaloo.md §4). */
export const strictList: AttributeKind = (input) => {
  const value = isNothing(input) ? [] : unwrapped(input);
  return Array.isArray(value) ? readPlainJson(value) : notList;
};

export const object: AttributeKind = (input) => {
  const value = isNothing(input) ? {} : unwrapped(input);
  return isPlainObject(value) ? readPlainJson(value) : notObject;
};

/** Kept and answered as JSON text (clients parse it); an object becomes that text, hex colors stay as they are. */
export const color: AttributeKind = (input) => {
  if (isNothing(input)) return null;
  if (isPlainObject(input)) return JSON.stringify(input).length > 255 ? notColor : JSON.stringify(input);
  if (typeof input !== 'string' || input.length > 255 || problemOfText(input) !== null) return notColor;
  return input;
};
