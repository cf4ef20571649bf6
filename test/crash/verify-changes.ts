/** The changes log after a crash: no gap, no id created twice, and played from its beginning it ends in what the tables hold. */
import assert from 'node:assert/strict';
import type Database from 'better-sqlite3';
import type { Core } from '../../src/core/context.ts';
import type { Json } from '../../src/core/fields/field-type.ts';
import { fieldTypes } from '../../src/core/fields/index.ts';
import { recordId } from '../../src/core/records/record-view.ts';
import type { TableSchema } from '../../src/core/tables/table-schema.ts';

interface Change {
  readonly seq: number;
  readonly table_id: string;
  readonly record_id: number;
  readonly kind: 'create' | 'update' | 'delete';
  readonly fields: string;
}

type Fields = Map<string, Json>;
/** By table, then by record. */
type Played = Map<string, Map<number, Fields>>;

export async function verifyChanges(core: Core, raw: Database.Database, tables: readonly TableSchema[]): Promise<void> {
  const changes = raw
    .prepare('select seq, table_id, record_id, kind, fields from changes order by seq')
    .all() as Change[];
  for (const [index, { seq }] of changes.entries()) {
    assert.equal(seq, index + 1, `the changes log has no entry ${index + 1}; the next one is ${seq}`);
  }
  const played = play(changes);
  for (const table of tables) {
    const expected = new Map(played.get(table.id));
    const converted = convertedFields(raw, table);
    for await (const rows of core.store.records.scan(table, 500)) {
      const links = new Map<string, Map<number, number[]>>();
      for (const field of table.relations)
        links.set(field.id, await core.store.records.links(field, rows.map(recordId)));
      for (const row of rows) {
        const id = recordId(row);
        const fields = expected.get(id);
        assert.ok(fields, `record ${id} of ${table.name} is not in the changes log`);
        expected.delete(id);
        for (const field of table.fields) {
          // Written by the server itself, or from the other side of the relation, or changed in place by a conversion.
          if (field.slot >= 0 && field.slot < 5) continue;
          if (field.slot < 0 && field.options.side === 'b') continue;
          if (converted.has(field.id)) continue;
          // Worked out when it is read, also from other records, whose changes are in the log.
          if (field.type === 'formula') continue;
          // Passwords are in no log, not even hashed.
          if (fieldTypes[field.type].isHidden) continue;
          const actual = field.slot >= 0 ? (row[field.slot] ?? null) : (links.get(field.id)?.get(id) ?? []);
          const logged: Json = fields.get(field.id) ?? (field.slot >= 0 ? null : []);
          assert.deepEqual(
            actual,
            livingLinks(logged, field.slot < 0 ? played.get(String(field.options.target)) : undefined),
            `${field.name} of record ${id} of ${table.name} is not what the changes log says`,
          );
        }
      }
    }
    assert.deepEqual(
      [...expected.keys()],
      [],
      `records of ${table.name} that the changes log has and the table has not`,
    );
  }
}

function play(changes: readonly Change[]): Played {
  const played: Played = new Map();
  const created = new Set<string>();
  for (const { table_id: tableId, record_id: id, kind, fields } of changes) {
    const records = played.get(tableId) ?? new Map<number, Fields>();
    played.set(tableId, records);
    const values = Object.entries(JSON.parse(fields) as Record<string, Json>);
    if (kind === 'create') {
      assert.ok(!created.has(`${tableId} ${id}`), `record ${id} was created twice`);
      created.add(`${tableId} ${id}`);
      records.set(id, new Map(values));
    } else if (kind === 'update') {
      const record = records.get(id);
      assert.ok(record, `the changes log updates record ${id}, which it has not created`);
      for (const [field, value] of values) record.set(field, value);
    } else {
      assert.ok(records.delete(id), `the changes log deletes record ${id}, which it has not created`);
    }
  }
  return played;
}

/** Links to what has been deleted went with it. */
function livingLinks(logged: Json, targets: Map<number, Fields> | undefined): Json {
  return Array.isArray(logged) && targets !== undefined ? logged.filter((id) => targets.has(id as number)) : logged;
}

function convertedFields(raw: Database.Database, table: TableSchema): Set<string> {
  const rows = raw
    .prepare("select target from audit where action = 'field.convert' and app_id = ?")
    .pluck()
    .all(table.appId);
  return new Set(rows as string[]);
}
