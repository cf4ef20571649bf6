/** Length and pattern of the plain text types: options, check, JSON Schema, and an example that fits them. */
import { type Static, Type } from '../schema.ts';
import type { Field, Json } from './field-type.ts';
import { Refusal } from './field-type.ts';
import { compilePattern, type LinearPattern, patternLengthMax } from './linear-pattern.ts';
import { readText, textLengthMax } from './read-text.ts';

export const textOptions = Type.Object(
  {
    min_length: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: textLengthMax,
        description: 'Characters at least; an empty text is always allowed.',
      }),
    ),
    max_length: Type.Optional(Type.Integer({ minimum: 1, maximum: textLengthMax, description: 'Characters at most.' })),
    pattern: Type.Optional(
      Type.String({
        maxLength: patternLengthMax,
        description: 'Regular expression that the whole text must match. Without back references, look-around and \\b.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function completeTextOptions(options: Static<typeof textOptions>): Record<string, Json> | Refusal {
  const { min_length: min = 0, max_length: max = textLengthMax, pattern } = options;
  if (min > max) return new Refusal('min_length must not be more than max_length');
  const compiled = pattern === undefined ? null : compilePattern(pattern);
  return compiled instanceof Refusal ? new Refusal(`pattern ${compiled.message}`) : { ...options };
}

interface TextLimits {
  readonly min: number;
  readonly max: number;
  readonly pattern: LinearPattern | null;
  readonly tooShort: Refusal;
  readonly tooLong: Refusal;
}

/** Text that a pattern is run over: matching costs up to 2,000 steps a character. */
const patternTextMax = 10_000;
const unmatched = new Refusal('must match the pattern of the field');

const limitsOf = new WeakMap<Field['options'], TextLimits | null>();

function limits(field: Field): TextLimits | null {
  const known = limitsOf.get(field.options);
  if (known !== undefined) return known;
  const { min_length: min, max_length: max, pattern } = field.options;
  const hasLimits = typeof min === 'number' || typeof max === 'number' || typeof pattern === 'string';
  const made = hasLimits
    ? {
        min: typeof min === 'number' ? min : 0,
        max: typeof max === 'number' ? max : textLengthMax,
        pattern: typeof pattern === 'string' ? patternOrNone(pattern) : null,
        tooShort: new Refusal(`must have at least ${String(min)} characters`),
        tooLong: new Refusal(`must have at most ${String(max)} characters`),
      }
    : null;
  limitsOf.set(field.options, made);
  return made;
}

/** Stored options were checked when they were written; a pattern that no longer compiles then limits nothing. */
function patternOrNone(pattern: string): LinearPattern | null {
  const compiled = compilePattern(pattern);
  return compiled instanceof Refusal ? null : compiled;
}

/** Text as sent, within the field's limits. An empty text that the limits exclude is no value (null). */
export function parseLimitedText(input: unknown, field: Field): string | null | Refusal {
  const text = readText(input);
  if (typeof text !== 'string') return text;
  const limit = limits(field);
  if (limit === null) return text;
  if (text === '') return limit.min > 0 || limit.pattern?.('') === false ? null : text;
  if (text.length > limit.max && characters(text) > limit.max) return limit.tooLong;
  if (text.length < limit.min * 2 && characters(text) < limit.min) return limit.tooShort;
  if (limit.pattern === null) return text;
  return text.length <= patternTextMax && limit.pattern(text) ? text : unmatched;
}

/** Code points, as JSON Schema counts. */
function characters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) count += 1;
  return count;
}

/** A text that the field accepts; null when it would be long, or a pattern asks for one that cannot be guessed. */
export function exampleText(field: Field): Json {
  const limit = limits(field);
  const min = limit?.min ?? 0;
  if (min > 1_000) return null;
  const sample = 'string'.repeat(Math.ceil(min / 6)).slice(0, min) || 'string'.slice(0, limit?.max ?? 6);
  return parseLimitedText(sample, field) instanceof Refusal ? null : sample;
}

export function limitedTextSchema(field: Field): Record<string, unknown> {
  const { min_length: min, max_length: max, pattern } = field.options;
  return {
    type: 'string',
    ...(typeof min === 'number' ? { minLength: min } : {}),
    ...(typeof max === 'number' ? { maxLength: max } : {}),
    ...(typeof pattern === 'string' ? { pattern: `^(?:${pattern})$` } : {}),
  };
}
