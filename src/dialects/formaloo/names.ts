/** Names in the core are never empty and unique; titles here may be anything. A name is made of a title, and both are kept. */
import { nameLengthMax } from '../../core/names.ts';
import type { Memory } from './memory.ts';

/** Room for the number that makes a name unique. */
const lengthMax = nameLengthMax - 7;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
const controlCharacters = /[\u0000-\u001f\u007f]+/g;

/** A name for this title that is not taken. */
export function uniqueName(title: string, fallback: string, taken: ReadonlySet<string>): string {
  const clean = title.toWellFormed().replace(controlCharacters, ' ').slice(0, lengthMax).toWellFormed().trim();
  const base = clean === '' || clean === '__proto__' ? fallback : clean;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base} ${number}`;
  return name;
}

/** What is remembered beside a name; nothing where the title is the name. */
export function namedMemory(title: string, name: string): Memory {
  return title === name ? {} : { title, named: name };
}
