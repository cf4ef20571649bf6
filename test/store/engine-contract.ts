/** What every SQL engine must do. An engine's own test file calls this with a way to open an empty database. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../src/core/errors.ts';
import type { Stored } from '../../src/core/fields/field-type.ts';
import { UniqueViolation } from '../../src/core/store.ts';
import type { Engine, EngineTx } from '../../src/store/engine.ts';

/** Opens an engine on a database without tables of this test; `remove` clears away what the engine leaves when closed. */
export type OpenEngine = () => Promise<{ readonly engine: Engine; readonly remove: () => Promise<void> }>;

export function engineContract(name: string, open: OpenEngine): void {
  describe(`${name} keeps the contract of an engine`, () => {
    let engine: Engine;
    let remove: () => Promise<void>;
    /** Placeholder of the n-th parameter. */
    let p: (position: number) => string;

    before(async () => {
      ({ engine, remove } = await open());
      p = (position) => engine.dialect.placeholder(position);
      const { types } = engine.dialect;
      await engine.write(async (tx) => {
        await tx.run(
          `create table item (id ${types.id}, name ${types.text}, amount ${types.number}, size ${types.integer}, is_on ${types.boolean}, data ${types.json})`,
          [],
        );
        await tx.run(`create table person (id ${types.id}, mail ${types.text}, nick ${types.text})`, []);
        await tx.run('create unique index u_mail on person (lower(mail))', []);
        await tx.run('create unique index u_nick on person (nick)', []);
        await tx.run(`create table pair (a ${types.text}, b ${types.text}, primary key (a, b))`, []);
      });
    });

    after(async () => {
      await engine.close();
      await remove();
    });

    const insertItem = (tx: EngineTx, item: string): Promise<number> =>
      tx.insert(`insert into item (name) values (${p(1)})`, [item]);
    const namesLike = async (prefix: string): Promise<Stored[]> => {
      const rows = await engine.arrays(`select name from item where name like ${p(1)} order by id`, [`${prefix}%`]);
      return rows.map(([value]) => value ?? null);
    };

    test('insert answers ascending keys, run the number of changed rows', async () => {
      const [first, second] = await engine.write(async (tx) => [
        await insertItem(tx, 'key-1'),
        await insertItem(tx, 'key-2'),
      ]);
      assert.ok(typeof first === 'number' && typeof second === 'number' && second > first);
      const changed = await engine.write((tx) => tx.run(`update item set size = 1 where name like ${p(1)}`, ['key-%']));
      assert.equal(changed, 2);
      assert.equal(await engine.write((tx) => tx.run(`update item set size = 1 where name = ${p(1)}`, ['nobody'])), 0);
    });

    test('rows come as objects, arrays in column order, and none as an empty list', async () => {
      await engine.write((tx) => tx.insert(`insert into item (name, size) values (${p(1)}, ${p(2)})`, ['shape', 7]));
      const query = `select size, name from item where name = ${p(1)}`;
      assert.deepEqual(
        (await engine.rows<{ size: number; name: string }>(query, ['shape'])).map((row) => ({ ...row })),
        [{ size: 7, name: 'shape' }],
      );
      assert.deepEqual(await engine.arrays(query, ['shape']), [[7, 'shape']]);
      assert.deepEqual(await engine.rows(query, ['nobody']), []);
      assert.deepEqual(await engine.arrays(query, ['nobody']), []);
    });

    test('every stored value comes back as it went in', async () => {
      const value = fc.record({
        name: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
        amount: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        size: fc.maxSafeInteger(),
      });
      await fc.assert(
        fc.asyncProperty(value, async ({ name, amount, size }) => {
          const [row] = await engine.write(async (tx) => {
            const sql = `insert into item (name, amount, size, is_on, data) values (${p(1)}, ${p(2)}, ${p(3)}, 1, '{}')`;
            const id = await tx.insert(sql, [name, amount, size]);
            return tx.arrays(`select name, amount, size from item where id = ${p(1)}`, [id]);
          });
          assert.deepEqual(row, [name, amount, size]);
        }),
        { numRuns: 100 },
      );
    });

    test('inList finds exactly the listed values', async () => {
      const value = fc.oneof(
        fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.double({ min: 2 ** 53, max: 2 ** 64, noNaN: true }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(value, { maxLength: 4 }), value, async (values, other) => {
          for (const kind of ['string', 'number'] as const) {
            const column = kind === 'string' ? 'name' : 'amount';
            const listed = values.filter((entry) => typeof entry === kind);
            const stored = [...listed, ...(typeof other === kind ? [other] : [])];
            const found = await engine.write(async (tx) => {
              await tx.run('delete from item where size = -77', []);
              for (const entry of stored) {
                await tx.insert(`insert into item (${column}, size) values (${p(1)}, -77)`, [entry]);
              }
              const condition = engine.dialect.inList(column, 1);
              const list = engine.dialect.listParam(listed);
              return tx.arrays(`select ${column} from item where ${condition} and size = -77 order by id`, [list]);
            });
            const expected = stored.filter((entry) => listed.includes(entry));
            assert.deepEqual(
              found.map(([entry]) => entry),
              expected,
            );
          }
        }),
        { numRuns: 100 },
      );
    });

    test('a work that throws leaves nothing behind and rejects with its own error', async () => {
      const error = new Error('mine');
      const failing = engine.write(async (tx) => {
        await insertItem(tx, 'thrown-1');
        throw error;
      });
      await assert.rejects(failing, (thrown) => thrown === error);
      assert.deepEqual(await namesLike('thrown'), []);
    });

    test('a work that throws before it awaits anything rejects as well', async () => {
      const error = new Error('at once');
      await assert.rejects(
        engine.write(() => {
          throw error;
        }),
        (thrown) => thrown === error,
      );
    });

    test('works that fail do not touch works that run beside them', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 200 }, (_, i) =>
          engine.write(async (tx) => {
            await insertItem(tx, `beside-${i}-a`);
            if (i % 3 === 0) throw new Error(`no ${i}`);
            await insertItem(tx, `beside-${i}-b`);
          }),
        ),
      );
      const expected = new Set<string>();
      for (const [i, outcome] of outcomes.entries()) {
        assert.equal(outcome.status, i % 3 === 0 ? 'rejected' : 'fulfilled');
        if (i % 3 !== 0) expected.add(`beside-${i}-a`).add(`beside-${i}-b`);
      }
      assert.deepEqual(new Set(await namesLike('beside')), expected);
    });

    test('an acknowledged write is read by whoever asks next', async () => {
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const id = await engine.write((tx) => insertItem(tx, `mine-${i}`));
          const rows = await engine.arrays(`select name from item where id = ${p(1)}`, [id]);
          assert.deepEqual(rows, [[`mine-${i}`]]);
        }),
      );
    });

    test('a work reads its own changes; others do not before it has ended', async () => {
      const inside = await engine.write(async (tx) => {
        await insertItem(tx, 'own');
        const own = await tx.arrays(`select count(*) from item where name = ${p(1)}`, ['own']);
        return Number(own[0]?.[0]);
      });
      assert.equal(inside, 1);
      const error = new Error('back');
      const outside: number[] = [];
      const failing = engine.write(async (tx) => {
        await insertItem(tx, 'unseen');
        for (let i = 0; i < 5; i++) await tx.arrays('select 1', []);
        throw error;
      });
      const looking = (async () => {
        for (let i = 0; i < 20; i++) {
          outside.push((await namesLike('unseen')).length);
          if (i % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await assert.rejects(failing, (thrown) => thrown === error);
      await looking;
      assert.deepEqual(new Set(outside), new Set([0]));
    });

    test('writes may be started from the callback of a read and of a write', async () => {
      const ids = await engine
        .arrays('select 1', [])
        .then(() => engine.write((tx) => insertItem(tx, 'chain-1')))
        .then(async (first) => [first, await engine.write((tx) => insertItem(tx, 'chain-2'))]);
      assert.equal(new Set(ids).size, 2);
      assert.deepEqual(await namesLike('chain'), ['chain-1', 'chain-2']);
    });

    test('every one of many concurrent writes is there once', async () => {
      const count = 3_000;
      const ids = await Promise.all(
        Array.from({ length: count }, (_, i) => engine.write((tx) => insertItem(tx, `many-${i}`))),
      );
      assert.equal(new Set(ids).size, count);
      assert.equal((await namesLike('many')).length, count);
    });

    test('concurrent read-modify-write works lose no update', async () => {
      const id = await engine.write((tx) => tx.insert(`insert into item (size) values (${p(1)})`, [0]));
      const select = `select size from item where id = ${p(1)}`;
      await Promise.all(
        Array.from({ length: 100 }, () =>
          engine.write(async (tx) => {
            const [row] = await tx.arrays(select, [id]);
            await tx.run(`update item set size = ${p(1)} where id = ${p(2)}`, [Number(row?.[0]) + 1, id]);
          }),
        ),
      );
      assert.deepEqual(await engine.arrays(select, [id]), [[100]]);
    });

    test('a unique index refuses with the column it stands for', async () => {
      const insert = `insert into person (mail, nick) values (${p(1)}, ${p(2)})`;
      await engine.write((tx) => tx.insert(insert, ['ann@example.com', 'ann']));
      const again = (mail: string, nick: string) => engine.write((tx) => tx.insert(insert, [mail, nick]));
      await assert.rejects(again('bob@example.com', 'ann'), violationOf('nick'));
      await assert.rejects(again('Ann@Example.com', 'bob'), violationOf('mail'));
      const update = `update person set nick = ${p(1)} where nick = ${p(2)}`;
      await again('bob@example.com', 'bob');
      await assert.rejects(
        engine.write((tx) => tx.run(update, ['ann', 'bob'])),
        violationOf('nick'),
      );
    });

    test('building a unique index over equal values refuses with its column', async () => {
      await engine.write((tx) => tx.run(`insert into pair values ('1', 'x'), ('2', 'x')`, []));
      const build = engine.write((tx) => tx.run('create unique index u_b on pair (b)', []));
      await assert.rejects(build, violationOf('b'));
    });

    test('a unique rule over several columns refuses without naming one', async () => {
      const insert = `insert into pair values (${p(1)}, ${p(2)})`;
      await engine.write((tx) => tx.run(insert, ['a', 'b']));
      await assert.rejects(
        engine.write((tx) => tx.run(insert, ['a', 'b'])),
        violationOf(''),
      );
    });

    test('an error in the statement rejects and is no refusal of the store', async () => {
      const isPlain = (error: unknown): boolean => error instanceof Error && !(error instanceof AppError);
      await assert.rejects(engine.rows('select * from nowhere', []), isPlain);
      await assert.rejects(
        engine.write((tx) => tx.run('update nowhere set a = 1', [])),
        isPlain,
      );
    });

    test('changes to tables are part of the transaction', async () => {
      const { types } = engine.dialect;
      const error = new Error('no table');
      const failing = engine.write(async (tx) => {
        await tx.run(`create table fleeting (id ${types.id})`, []);
        await tx.insert('insert into fleeting (id) values (5)', []);
        throw error;
      });
      await assert.rejects(failing, (thrown) => thrown === error);
      await assert.rejects(engine.rows('select * from fleeting', []));
      await engine.write((tx) => tx.run(`create table fleeting (id ${types.id}, v ${types.text})`, []));
      await engine.write((tx) => tx.run(`insert into fleeting (v) values (${p(1)})`, ['here']));
      assert.deepEqual(await engine.arrays('select v from fleeting', []), [['here']]);
    });

    test('a prepared query goes on working after its table has changed', async () => {
      const query = `select name, size from item where name = ${p(1)}`;
      await engine.write((tx) => insertItem(tx, 'altered'));
      assert.deepEqual(await engine.arrays(query, ['altered']), [['altered', null]]);
      await engine.write((tx) => tx.run(`alter table item add column added ${engine.dialect.types.text}`, []));
      assert.deepEqual(await engine.arrays(query, ['altered']), [['altered', null]]);
      await engine.write((tx) => tx.run('alter table item drop column added', []));
      assert.deepEqual(await engine.arrays(query, ['altered']), [['altered', null]]);
    });

    test('ids are not used again after their rows are gone', async () => {
      const [last] = await engine.write(async (tx) => {
        const id = await insertItem(tx, 'gone');
        await tx.run(`delete from item where id = ${p(1)}`, [id]);
        return [id];
      });
      assert.ok((await engine.write((tx) => insertItem(tx, 'next'))) > Number(last));
    });

    test('a transaction that outlives its work refuses to be used', async () => {
      let leaked: EngineTx | undefined;
      await engine.write(async (tx) => {
        leaked = tx;
      });
      await assert.rejects(async () => leaked?.run('delete from item', []), { code: 'internal_error' });
      assert.ok((await engine.arrays('select count(*) from item', []))[0]?.[0] !== 0);
    });

    test('it is healthy and says which engine it is', () => {
      assert.deepEqual(engine.health(), { isHealthy: true, reason: null, engine: engine.dialect.name });
    });

    test('closing finishes queued writes, refuses later calls, and may be repeated', async () => {
      const other = await open();
      const { dialect } = other.engine;
      await other.engine.write((tx) =>
        tx.run(`create table late (id ${dialect.types.id}, v ${dialect.types.text})`, []),
      );
      const insert = `insert into late (v) values (${dialect.placeholder(1)})`;
      const queued = Array.from({ length: 50 }, (_, i) => other.engine.write((tx) => tx.insert(insert, [`${i}`])));
      const closing = [other.engine.close(), other.engine.close()];
      assert.equal(new Set(await Promise.all(queued)).size, 50);
      await Promise.all(closing);
      await other.engine.close();
      const isUnavailable = { code: 'store_unavailable' };
      await assert.rejects(
        other.engine.write((tx) => tx.insert(insert, ['x'])),
        isUnavailable,
      );
      await assert.rejects(other.engine.rows('select 1', []), isUnavailable);
      await assert.rejects(other.engine.arrays('select 1', []), isUnavailable);
      await other.remove();
    });
  });
}

function violationOf(column: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UniqueViolation, String(error));
    assert.equal(error.column, column);
    return true;
  };
}
