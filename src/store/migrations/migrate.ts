import type { Engine } from '../engine.ts';
import type { Migration } from './migration.ts';

/**
 * Brings the database up to this version, one write per migration, so that a stop between two leaves a sound database.
 * Refuses a database that a newer version has migrated further: it may hold what this code would not respect.
 */
export async function migrate(engine: Engine, migrations: readonly Migration[], now: number): Promise<void> {
  const { placeholder, types } = engine.dialect;
  const ledger = `create table if not exists schema_migrations (name ${types.text} primary key, applied_at ${types.integer} not null)`;
  await engine.write((tx) => tx.run(ledger, []));
  const applied = new Set(
    (await engine.rows<{ name: string }>('select name from schema_migrations', [])).map((row) => row.name),
  );

  const known = new Set(migrations.map((migration) => migration.name));
  const foreign = [...applied].filter((name) => !known.has(name));
  if (foreign.length > 0) {
    throw new Error(
      `The database was written by a newer version of Tessera (it has ${foreign.sort().join(', ')}). ` +
        'Start that version, or restore a backup made before the upgrade.',
    );
  }

  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await engine.write(async (tx) => {
      for (const statement of migration.statements(engine.dialect)) await tx.run(statement, []);
      await tx.run(`insert into schema_migrations (name, applied_at) values (${placeholder(1)}, ${placeholder(2)})`, [
        migration.name,
        now,
      ]);
    });
  }
}
