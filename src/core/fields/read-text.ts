/** Reading of text as clients send it, shared by every type whose input is text. Never throws. */
import { Refusal } from './field-type.ts';

/** Characters (UTF-16 units) that any text value may hold. */
export const textLengthMax = 1_000_000;

const notText = new Refusal('must be text');
const tooLong = new Refusal(`must have at most ${textLengthMax} characters`);
const malformed = new Refusal('must be valid Unicode text (it holds half of a surrogate pair)');
const holdsNul = new Refusal('must not contain the NUL character');

/** What makes a text unfit for any column or document; null when nothing does. */
export function problemOfText(text: string): Refusal | null {
  if (text.length > textLengthMax) return tooLong;
  if (!text.isWellFormed()) return malformed;
  // PostgreSQL cannot hold NUL in text, and C strings end there.
  if (text.includes('\0')) return holdsNul;
  return null;
}

/** The text; `null` for nothing sent. Numbers and booleans become their text, since form clients do not tell them apart. */
export function readText(input: unknown): string | null | Refusal {
  if (typeof input === 'string') return problemOfText(input) ?? input;
  if (input === null || input === undefined) return null;
  if (typeof input === 'boolean' || (typeof input === 'number' && Number.isFinite(input))) return String(input);
  return notText;
}

/** As `readText`, without the space around it; blank text is empty. */
export function readTrimmed(input: unknown): string | null | Refusal {
  const text = readText(input);
  if (typeof text !== 'string') return text;
  return text.trim() || null;
}
