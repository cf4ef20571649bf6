/**
 * Looks for what should never be in a database: damage, rows that go with nothing, counts and links that are not true. Reads
 * only, one snapshot, also beside a running server.
 */
import type { FieldTypeName } from '../core/fields/field-type.ts';
import { columnStorageOf, fieldTypes } from '../core/fields/index.ts';
import { migrations } from './migrations/index.ts';
import { blockIds } from './queries/record-blocks.ts';
import { type Handle, openHandle } from './sqlite-handle.ts';
import { quoted } from './statement.ts';

export interface DatabaseProblem {
  readonly check: 'integrity' | 'version' | 'schema' | 'references' | 'counts' | 'links';
  readonly problem: string;
}

export interface SealedSecret {
  readonly key_id: string;
  readonly part: 'key' | 'secret' | 'write_only';
  readonly sealed: string;
}

export interface DatabaseCheck {
  readonly problems: readonly DatabaseProblem[];
  /** Secrets that the master key must open; empty where the database is damaged. */
  readonly sealed: readonly SealedSecret[];
  readonly masterKeyFingerprint: string | null;
  /** Milliseconds since 1970; null where nothing has changed yet. */
  readonly lastChangeAt: number | null;
}

/** Damage, found by reading everything. */
export function checkSqlite(file: string): DatabaseCheck {
  const handle = openHandle(file, { isReadonly: true, cacheKib: 16_000, busyMs: 10_000, temporary: 'FILE' });
  try {
    const found = handle.rows('pragma integrity_check(20)', []) as { readonly integrity_check: string }[];
    const damage = found.map((row) => row.integrity_check).filter((text) => text !== 'ok');
    if (damage.length > 0) {
      const problems = damage.map((problem) => ({ check: 'integrity', problem }) as const);
      return { problems, sealed: [], masterKeyFingerprint: null, lastChangeAt: null };
    }
    // Everything below sees one moment.
    handle.db.exec('begin');
    const fingerprint = value(handle, "select value from settings where name = 'master_key_fingerprint'");
    return {
      problems: [...versionProblems(handle), ...structureProblems(handle)],
      sealed: handle.rows(
        'select key_id, part, sealed from key_secrets where sealed is not null',
        [],
      ) as SealedSecret[],
      masterKeyFingerprint: fingerprint === undefined ? null : String(JSON.parse(String(fingerprint))),
      lastChangeAt: (value(handle, 'select at from changes order by seq desc limit 1') as number | undefined) ?? null,
    };
  } finally {
    handle.db.close();
  }
}

function value(handle: Handle, sql: string): unknown {
  return handle.arrays(sql, [])[0]?.[0];
}

function count(handle: Handle, sql: string): number {
  return Number(value(handle, sql));
}

function versionProblems(handle: Handle): DatabaseProblem[] {
  const known = new Set(migrations.map(({ name }) => name));
  const applied = handle.arrays('select name from schema_migrations', []).map(([name]) => String(name));
  const foreign = applied.filter((name) => !known.has(name));
  return foreign.map((name) => ({
    check: 'version',
    problem: `it was migrated by a newer version of Tessera: ${name}`,
  }));
}

interface FoundTable {
  readonly id: string;
  readonly number: number;
  readonly name: string;
}

interface FoundField {
  readonly id: string;
  readonly table_id: string;
  readonly type: FieldTypeName;
  readonly column_name: string;
  readonly options: string;
}

function structureProblems(handle: Handle): DatabaseProblem[] {
  const physical = new Set(
    handle.arrays("select name from sqlite_schema where type = 'table'", []).map(([name]) => String(name)),
  );
  const tables = handle.rows('select id, number, name from tables', []) as FoundTable[];
  const fields = handle.rows('select id, table_id, type, column_name, options from fields', []) as FoundField[];
  const whole = tables.filter(({ id }) => physical.has(`t_${id}`));
  return [
    ...schemaProblems(handle, tables, fields, physical),
    ...referenceProblems(handle),
    ...whole.flatMap((table) => countProblems(handle, table)),
    ...linkProblems(handle, whole, fields, physical),
  ];
}

function schemaProblems(
  handle: Handle,
  tables: readonly FoundTable[],
  fields: readonly FoundField[],
  physical: ReadonlySet<string>,
): DatabaseProblem[] {
  const problems: string[] = [];
  const ids = new Set(tables.map(({ id }) => id));
  for (const { id, name } of tables) {
    if (!physical.has(`t_${id}`)) problems.push(`the records of table ${name} (${id}) are missing`);
  }
  for (const name of physical) {
    if (/^t_[0-9A-Za-z]{16}$/.test(name) && !ids.has(name.slice(2))) problems.push(`${name} belongs to no table`);
  }
  const columns = new Map<string, Set<string>>();
  for (const { id } of tables) {
    const names = physical.has(`t_${id}`) ? handle.arrays(`select name from pragma_table_info('t_${id}')`, []) : [];
    columns.set(id, new Set(names.map(([name]) => String(name))));
  }
  for (const field of fields) {
    const known = columns.get(field.table_id);
    const storage = columnStorageOf(field.type);
    if (known === undefined) problems.push(`field ${field.id} belongs to no table`);
    else if (storage !== null && known.size > 0 && !known.has(field.column_name)) {
      problems.push(`the column of field ${field.id} is missing`);
    }
  }
  return problems.map((problem) => ({ check: 'schema', problem }));
}

/** What goes with what: [rows, column, of]. Usage, audit and changes outlive what they tell of. */
const references = [
  ['memberships', 'workspace_id', 'workspaces'],
  ['memberships', 'user_id', 'users'],
  ['apps', 'workspace_id', 'workspaces'],
  ['tables', 'app_id', 'apps'],
  ['keys', 'workspace_id', 'workspaces'],
  ['keys', 'user_id', 'users'],
  ['key_secrets', 'key_id', 'keys'],
  ['file_refs', 'file_id', 'files'],
] as const;

function referenceProblems(handle: Handle): DatabaseProblem[] {
  return references.flatMap(([rows, column, of]) => {
    const lost = count(handle, `select count(*) from ${rows} where ${column} not in (select id from ${of})`);
    if (lost === 0) return [];
    return [
      { check: 'references', problem: `${lost} rows of ${rows} name something in ${of} that is not there` } as const,
    ];
  });
}

function countProblems(handle: Handle, { id, number, name }: FoundTable): DatabaseProblem[] {
  const wrong = handle.arrays(
    `select coalesce(counted.block, kept.block), coalesce(counted.n, 0), coalesce(kept.n, 0)
      from (select id / ${blockIds} as block, count(*) as n from ${quoted(`t_${id}`)} group by 1) counted
      full join (select block, n from record_blocks where table_number = ?) kept on kept.block = counted.block
      where coalesce(counted.n, 0) <> coalesce(kept.n, 0)`,
    [number],
  );
  const [first] = wrong;
  if (first === undefined) return [];
  const [block, found, kept] = first;
  const problem = `table ${name} (${id}): ${wrong.length} counts are wrong; block ${block} holds ${found} records, ${kept} are noted`;
  return [{ check: 'counts', problem }];
}

function linkProblems(
  handle: Handle,
  tables: readonly FoundTable[],
  fields: readonly FoundField[],
  physical: ReadonlySet<string>,
): DatabaseProblem[] {
  const whole = new Set(tables.map(({ id }) => id));
  const problems: string[] = [];
  const known = new Set<string>();
  for (const field of fields) {
    if (fieldTypes[field.type].storage !== 'links') continue;
    const { link, side, target } = JSON.parse(field.options) as Record<string, unknown>;
    const name = `l_${String(link)}`;
    known.add(name);
    if (!physical.has(name)) problems.push(`the links of field ${field.id} are missing`);
    else if (!whole.has(String(target))) problems.push(`field ${field.id} links to a table that is not there`);
    else if (whole.has(field.table_id)) {
      const [own, other] = side === 'a' ? ['a', 'b'] : ['b', 'a'];
      const lost = count(
        handle,
        `select count(*) from ${quoted(name)} where ${own} not in (select id from ${quoted(`t_${field.table_id}`)})
          or ${other} not in (select id from ${quoted(`t_${String(target)}`)})`,
      );
      if (lost > 0) problems.push(`${lost} links of field ${field.id} lead to records that are not there`);
    }
  }
  for (const name of physical) {
    if (/^l_[0-9A-Za-z]+$/.test(name) && !known.has(name)) problems.push(`${name} holds the links of no field`);
  }
  return problems.map((problem) => ({ check: 'links', problem }));
}
