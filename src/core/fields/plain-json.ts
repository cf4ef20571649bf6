/** Whether a value is plain JSON that can be kept: bounded in depth and size, text well formed, nothing but data. Never throws. */
import { type Json, Refusal } from './field-type.ts';
import { problemOfText } from './read-text.ts';

const jsonDepthMax = 100;
/** Characters of JSON text. */
export const jsonLengthMax = 1_000_000;

const notJson = new Refusal('must be JSON: null, true, false, a finite number, text, a list or an object');
const tooDeep = new Refusal(`must not be nested deeper than ${jsonDepthMax} levels`);
const tooLarge = new Refusal(`must be at most ${jsonLengthMax} characters as JSON`);

/**
 * The same value, or why it cannot be kept. Objects may have any own key, `__proto__` too: keys are only ever read as
 * own data and written by `JSON.stringify`, and nothing here is merged into another object.
 */
export function readPlainJson(input: unknown): Json | Refusal {
  const measured = { lengthMax: 0, lengthMin: 0 };
  const problem = problemOf(input, jsonDepthMax, measured);
  if (problem !== null) return problem;
  // Escapes make JSON text up to six times as long, so exact measuring is left for values that might be too long.
  if (measured.lengthMax > jsonLengthMax && JSON.stringify(input).length > jsonLengthMax) return tooLarge;
  return input as Json;
}

/** Bounds of the length of the JSON text. The lower one also stops the walk over an endless (cyclic) value. */
interface Measured {
  lengthMin: number;
  lengthMax: number;
}

function problemOf(input: unknown, depthLeft: number, measured: Measured): Refusal | null {
  if (measured.lengthMin > jsonLengthMax) return tooLarge;
  if (typeof input === 'string') return problemOfString(input, measured);
  measured.lengthMin += 2;
  measured.lengthMax += 26;
  if (input === null || typeof input === 'boolean') return null;
  if (typeof input === 'number') return Number.isFinite(input) ? null : notJson;
  if (typeof input !== 'object') return notJson;
  if (depthLeft === 0) return tooDeep;
  if (Array.isArray(input)) {
    // By index: the holes of a sparse array are refused like any other `undefined`.
    for (let at = 0; at < input.length; at += 1) {
      const problem = problemOf(input[at], depthLeft - 1, measured);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (!isPlainObject(input)) return notJson;
  for (const key of Object.keys(input)) {
    const problem = problemOfString(key, measured) ?? problemOf(input[key], depthLeft - 1, measured);
    if (problem !== null) return problem;
  }
  return null;
}

function problemOfString(text: string, measured: Measured): Refusal | null {
  measured.lengthMin += text.length + 2;
  measured.lengthMax += text.length * 6 + 3;
  return problemOfText(text);
}

/** True for what JSON.parse makes of `{…}`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
