/**
 * Why a test is skipped here and what enables it. The test runner refuses skips that do not say both, and CI refuses
 * all: `test('…', { skip: skipUnless(isThere, 'PostgreSQL is not reachable', 'set DATABASE_URL') }, …)`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** False when the condition holds, else the text for `skip`. */
export function skipUnless(condition: boolean, reason: string, howToEnable: string): string | false {
  return condition ? false : `${reason} — ${howToEnable}`;
}

/** A data file that is shared between checkouts and not part of the repository, and whether to skip for want of it. */
export function sharedData(name: string): { readonly path: string; readonly skip: string | false } {
  const path = fileURLToPath(new URL(`../../shared/data/${name}`, import.meta.url));
  return { path, skip: skipUnless(existsSync(path), `${name} is not here`, `put it into ../shared/data/${name}`) };
}
