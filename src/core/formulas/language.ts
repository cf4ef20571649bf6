/** What the rest of the core asks of the language of formulas. Nobody imports it but `load-language.ts`. */
export { checkFormula } from './check-formula.ts';
export { namesField, namesIn } from './field-paths.ts';
export { resolveFormulas, tablesReached } from './resolve-formulas.ts';
