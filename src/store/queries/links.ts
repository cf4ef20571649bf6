/**
 * Relations: one join table `l_<link>(a, b)` for both directions. A relation field stands on side `a` or `b`; the pair
 * (own, other) names the columns as the field sees them.
 */
import type { Field } from '../../core/fields/field-type.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { createBoundedCache } from '../bounded-cache.ts';
import type { EngineTx, Executor, SqlDialect } from '../engine.ts';
import type { EngineExpressions } from '../engine-expressions.ts';
import { hole, sql } from '../sql.ts';
import { bind, type Compile, inList, quoted, type Statement } from '../statement.ts';

export interface LinkTable {
  /** Quoted. */
  readonly name: string;
  readonly own: 'a' | 'b';
  readonly other: 'a' | 'b';
  /** A record of the other side holds one link at most. */
  readonly isOtherSingle: boolean;
}

export function linkTableOf(field: Field): LinkTable {
  const { link, side, inverse_cardinality: inverse } = field.options;
  if (typeof link !== 'string' || (side !== 'a' && side !== 'b'))
    throw new Error(`field ${field.id} is not a relation`);
  return { name: quoted(`l_${link}`), own: side, other: side === 'a' ? 'b' : 'a', isOtherSingle: inverse === 'one' };
}

export interface Links {
  create(on: EngineTx, field: Field): Promise<void>;
  drop(on: EngineTx, field: Field): Promise<void>;
  /** Other ids by own id, both ascending. */
  read(on: Executor, field: Field, ids: readonly number[]): Promise<Map<number, number[]>>;
  /** Replaces the links of one record; answers the targets that do not exist, and then changes nothing. */
  replace(on: EngineTx, field: Field, target: TableSchema, id: number, targets: readonly number[]): Promise<number[]>;
  /** Removes every link of these records through this field. */
  clear(on: EngineTx, field: Field, ids: readonly number[]): Promise<void>;
}

const statementsMax = 2_000;

export function createLinks(dialect: SqlDialect, expressions: EngineExpressions, compile: Compile): Links {
  const cache = createBoundedCache<LinkStatements>(statementsMax);

  function statementsOf(field: Field): LinkStatements {
    return cache.get(`${field.options.link} ${field.options.side} ${field.options.inverse_cardinality}`, () => {
      const link = linkTableOf(field);
      const table = sql.raw(link.name);
      const own = sql.raw(link.own);
      const other = sql.raw(link.other);
      const ownIn = inList(dialect, link.own, 0);
      return {
        link,
        read: compile(sql`select ${own}, ${other} from ${table} where ${ownIn} order by ${own}, ${other}`),
        clear: compile(sql`delete from ${table} where ${ownIn}`),
        keepOnly: compile(
          sql`delete from ${table} where ${own} = ${hole(0)} and not (${inList(dialect, link.other, 1)})`,
        ),
        take: compile(sql`delete from ${table} where ${inList(dialect, link.other, 1)} and ${own} <> ${hole(0)}`),
        add: compile(
          sql`insert into ${table} (${own}, ${other}) values (${hole(0)}, ${hole(1)}) on conflict do nothing`,
        ),
      };
    });
  }

  async function missing(on: Executor, target: TableSchema, wanted: readonly number[]): Promise<number[]> {
    const known = existing(target);
    const rows = await on.arrays(known.text, bind(known, [dialect.listParam(wanted)]));
    if (rows.length === wanted.length) return [];
    const found = new Set(rows.map((row) => row[0]));
    return wanted.filter((id) => !found.has(id));
  }

  const existingOf = new WeakMap<TableSchema, Statement>();
  function existing(target: TableSchema): Statement {
    const known = existingOf.get(target);
    if (known !== undefined) return known;
    const made = compile(sql`select id from ${sql.raw(quoted(target.physicalName))} where ${inList(dialect, 'id', 0)}`);
    existingOf.set(target, made);
    return made;
  }

  return {
    async create(on, field) {
      const { name } = linkTableOf(field);
      const { integer } = dialect.types;
      const index = quoted(`${name.slice(1, -1)}_b`);
      await on.run(
        `create table ${name} (a ${integer} not null, b ${integer} not null, primary key (a, b))${expressions.keyedTable}`,
        [],
      );
      await on.run(`create index ${index} on ${name} (b, a)`, []);
    },
    async drop(on, field) {
      await on.run(`drop table if exists ${linkTableOf(field).name}`, []);
    },
    async read(on, field, ids) {
      const links = new Map<number, number[]>();
      if (ids.length === 0) return links;
      const { read } = statementsOf(field);
      for (const [own, other] of await on.arrays(read.text, bind(read, [dialect.listParam(ids)]))) {
        const list = links.get(own as number);
        if (list === undefined) links.set(own as number, [other as number]);
        else list.push(other as number);
      }
      return links;
    },
    async replace(on, field, target, id, targets) {
      const wanted = [...new Set(targets)];
      const statements = statementsOf(field);
      if (wanted.length === 0) {
        await on.run(statements.clear.text, [dialect.listParam([id])]);
        return [];
      }
      const unknown = await missing(on, target, wanted);
      if (unknown.length > 0) return unknown;
      const list = dialect.listParam(wanted);
      await on.run(statements.keepOnly.text, bind(statements.keepOnly, [id, list]));
      if (statements.link.isOtherSingle) await on.run(statements.take.text, bind(statements.take, [id, list]));
      for (const other of wanted) await on.run(statements.add.text, [id, other]);
      return [];
    },
    async clear(on, field, ids) {
      const { clear } = statementsOf(field);
      await on.run(clear.text, [dialect.listParam(ids)]);
    },
  };
}

interface LinkStatements {
  readonly link: LinkTable;
  readonly read: Statement;
  readonly clear: Statement;
  readonly keepOnly: Statement;
  readonly take: Statement;
  readonly add: Statement;
}
