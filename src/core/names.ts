/** Names that people give to things: what they may hold. */
import { AppError } from './errors.ts';

export const nameLengthMax = 255;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/;

/** The trimmed name. `field` is where it stood in the request. @throws name_invalid */
export function checkName(name: string, field = 'name'): string {
  const trimmed = name.trim();
  const problem = problemOf(trimmed);
  if (problem === null) return trimmed;
  throw new AppError('name_invalid', `${field}: ${problem}`, {
    issues: [{ field, code: 'name_invalid', message: problem }],
  });
}

function problemOf(name: string): string | null {
  if (name === '') return 'must not be empty';
  if (name.length > nameLengthMax) return `must have at most ${nameLengthMax} characters`;
  if (!name.isWellFormed()) return 'must be valid Unicode text';
  if (controlCharacters.test(name)) return 'must not contain control characters';
  // Clients keep records in plain objects keyed by name; this one name would change the object itself.
  if (name === '__proto__') return 'must not be "__proto__"';
  return null;
}

const descriptionLengthMax = 10_000;

/** Free text about a thing, or null. @throws body_invalid */
export function checkDescription<T extends string | null>(text: T, field = 'description'): T {
  if (text === null) return text;
  const isTooLong = text.length > descriptionLengthMax;
  if (!isTooLong && text.isWellFormed() && !text.includes('\0')) return text;
  const message = isTooLong ? `must have at most ${descriptionLengthMax} characters` : 'must be valid Unicode text';
  throw new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}
