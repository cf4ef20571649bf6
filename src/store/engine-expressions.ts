/** Expressions that engines write differently and that only record queries need. An engine adds its entry here. */
import type { SqlDialect } from './engine.ts';
import { type Fragment, sql } from './sql.ts';

export interface EngineExpressions {
  /** Text is matched ignoring case in every script, and nothing in the needle acts as a wildcard. `column` is SQL text. */
  matches(column: string, pattern: Fragment): Fragment;
  /** The pattern parameter for `matches`. */
  pattern(needle: string, where: 'anywhere' | 'start'): string;
  /** The longest pattern that the engine takes, in bytes of UTF-8. */
  readonly patternBytesMax: number;
  /** True when `condition` holds for at least one `item.value` of the JSON array in `column`; empty column: false. */
  anyItem(column: string, condition: Fragment): Fragment;
  /** Ends the definition of a table whose rows live in its primary key. */
  readonly keyedTable: string;
}

const expressions: Partial<Record<SqlDialect['name'], EngineExpressions>> = {
  sqlite: {
    // SQLite's lower() and LIKE fold ASCII only. GLOB compares code points but knows classes, so every letter becomes the
    // class of its cases: `é` → `[éÉ]`. No wildcard of the caller survives, and no JavaScript runs per row.
    matches: (column, pattern) => sql`${sql.raw(column)} glob ${pattern}`,
    pattern: (needle, where) => (where === 'anywhere' ? `*${globOf(needle)}*` : `${globOf(needle)}*`),
    patternBytesMax: 50_000,
    anyItem: (column, condition) =>
      sql`exists (select 1 from json_each(${sql.raw(column)}) as item where ${condition})`,
    keyedTable: ' without rowid',
  },
};

export function expressionsOf(dialect: SqlDialect): EngineExpressions {
  const found = expressions[dialect.name];
  if (found === undefined) throw new Error(`${dialect.name} has no record queries yet`);
  return found;
}

function globOf(needle: string): string {
  let pattern = '';
  for (const character of needle) {
    const cases = casesOf(character);
    pattern += cases.size === 1 && !'*?['.includes(character) ? character : `[${[...cases].join('')}]`;
  }
  return pattern;
}

/** One character in its cases. Cases of several characters (`ß` → `SS`) are left out: they are not the same length. */
function casesOf(character: string): Set<string> {
  const cases = new Set([character]);
  for (const folded of [character.toLowerCase(), character.toUpperCase()]) {
    for (const one of [folded, folded.toLowerCase(), folded.toUpperCase()]) if ([...one].length === 1) cases.add(one);
  }
  return cases;
}
