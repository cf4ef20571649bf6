/** The files of this repository that are made from its code. `npm run check` rebuilds and compares them. */
import { formulaReference } from './formula-reference.ts';

export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** The whole text, the same at every call. */
  make(): Promise<string> | string;
}

export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'docs/reference/formulas.md', make: formulaReference },
];
