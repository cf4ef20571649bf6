/**
 * The language of formulas, loaded with the first table that has one: parser and functions are twenty modules for which every start
 * would wait. Loaded at once and not by a promise, since inside a transaction nothing else may be awaited.
 */
import { createRequire } from 'node:module';
import type * as Language from './language.ts';

const require = createRequire(import.meta.url);
let loaded: typeof Language | undefined;

export function formulaLanguage(): typeof Language {
  loaded ??= require('./language.ts') as typeof Language;
  return loaded;
}
