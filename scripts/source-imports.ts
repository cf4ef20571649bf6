/** Finds what a TypeScript file imports, without parsing it: the forms that this repository uses are few. */
import { posix } from 'node:path';
import type { SourceText } from './source-text.ts';

/** 1-based. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

export interface Import {
  readonly line: number;
  readonly specifier: string;
  /** Path from the root of the repository, or null for a package. */
  readonly target: string | null;
}

// `import … from`, `export … from`, `import '…'`, `import('…')`, and files named for worker threads.
const importForm =
  /\b(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]|\bnew\s+URL\(\s*['"](\.[^'"]+\.(?:tsx?|mjs))['"]/g;

/** Every import of one file, type-only ones included. */
export function importsOf(path: string, text: SourceText): Import[] {
  const found: Import[] = [];
  for (const match of text.uncommented.matchAll(importForm)) {
    // An example inside a string is not an import.
    if ((text.code[match.index] ?? ' ') === ' ') continue;
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null;
    found.push({ line: lineAt(text.code, match.index), specifier, target });
  }
  return found;
}
