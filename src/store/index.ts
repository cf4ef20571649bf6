/** Opens the store: the engine that the address names, migrated to this version, behind the interface of the core. */
import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import type { Engine } from './engine.ts';
import { expressionsOf } from './engine-expressions.ts';
import { createGateway } from './gateway.ts';
import { migrations } from './migrations/index.ts';
import { migrate } from './migrations/migrate.ts';
import { createLinks } from './queries/links.ts';
import { createPhysicalTables } from './queries/physical-tables.ts';
import { createRecordBlocks } from './queries/record-blocks.ts';
import { createRecordPages } from './queries/record-page.ts';
import { createRecords } from './queries/records.ts';
import { createTableStatements } from './queries/table-statements.ts';
import { openSqlite, type SqliteOptions } from './sqlite.ts';
import { createCompile } from './statement.ts';
import { type StoreParts, WriteTx } from './transaction.ts';

export interface StoreOptions extends Omit<SqliteOptions, 'file' | 'clock'> {
  /** `sqlite:./data/tessera.db`. */
  readonly databaseUrl: string;
  readonly clock: Clock;
}

/** @throws Error with a sentence for the operator when the address or the database cannot be used */
export async function openStore({ databaseUrl, ...options }: StoreOptions): Promise<Store> {
  const engine = await openSqlite({ ...options, file: sqliteFile(databaseUrl) });
  try {
    await migrate(engine, migrations, options.clock.now());
  } catch (error) {
    await engine.close();
    throw error;
  }
  return storeOver(engine);
}

/** A store over an engine whose database is migrated. */
export function storeOver(engine: Engine): Store {
  const { dialect } = engine;
  const compile = createCompile(dialect);
  const expressions = expressionsOf(dialect);
  const statements = createTableStatements(dialect, compile);
  const blocks = createRecordBlocks(compile);
  const links = createLinks(dialect, expressions, compile);
  const parts: StoreParts = {
    gateway: createGateway(dialect, compile),
    records: createRecords(dialect, compile, statements.statementsOf, links),
    pages: createRecordPages({ dialect, expressions, compile, statements, blocks }),
    blocks,
    links,
    physical: createPhysicalTables(dialect, compile, blocks),
  };
  const { gateway, records, pages } = parts;
  return {
    find: (table, where) => gateway.find(engine, table, where),
    list: (table, where, list) => gateway.list(engine, table, where, list),
    count: (table, where) => gateway.count(engine, table, where),
    records: {
      get: (table, id) => records.get(engine, table, id),
      getMany: (table, ids) => records.getMany(engine, table, ids),
      neighbours: (table, id) => records.neighbours(engine, table, id),
      page: (table, query) => pages.page(engine, table, query),
      count: (table, filter) => pages.count(engine, table, filter),
      links: (field, ids) => links.read(engine, field, ids),
      scan: (table, rowsPerPiece) => records.scan(engine, table, rowsPerPiece),
    },
    write: (work) =>
      engine.write(async (on) => {
        const tx = new WriteTx(parts, on);
        const result = await work(tx);
        await tx.finish();
        return result;
      }),
    snapshot: (onBytes) => engine.snapshot(onBytes),
    health: () => engine.health(),
    close: () => engine.close(),
  };
}

/** @throws Error with a sentence for the operator when the address is none of an embedded database */
export function sqliteFile(databaseUrl: string): string {
  if (/^postgres(ql)?:/.test(databaseUrl)) {
    throw new Error(
      'DATABASE_URL: PostgreSQL is not supported yet; use sqlite:<path>, for example sqlite:./data/tessera.db',
    );
  }
  const file = /^sqlite:(?:\/\/)?(.+)$/.exec(databaseUrl)?.[1];
  if (file === undefined) throw new Error('DATABASE_URL must be sqlite:<path>, for example sqlite:./data/tessera.db');
  return file;
}
