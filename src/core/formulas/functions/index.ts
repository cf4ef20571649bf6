/** The list of functions that formulas know. `docs/reference/formulas.md` is made of it. */
import { conditionFunctions } from './conditions.ts';
import { dateFunctions } from './dates.ts';
import type { FormulaFunction } from './formula-function.ts';
import { listFunctions } from './lists.ts';
import { numberFunctions } from './numbers.ts';
import { textFunctions } from './texts.ts';

export const formulaFunctions: readonly FormulaFunction[] = [
  ...conditionFunctions,
  ...numberFunctions,
  ...textFunctions,
  ...dateFunctions,
  ...listFunctions,
];

/** By name, which is in capitals. */
export const functionByName: ReadonlyMap<string, FormulaFunction> = new Map(
  formulaFunctions.map((one) => [one.name, one]),
);
