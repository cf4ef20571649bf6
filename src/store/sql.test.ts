import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hole, sql } from './sql.ts';
import { createCompile } from './statement.ts';

const compileSqlite = createCompile({ placeholder: () => '?' });
const compilePostgres = createCompile({ placeholder: (position) => `$${position}` });

test('fragments nest: text stays in order, holes keep the index of their value', () => {
  const isNamed = sql`${sql.raw('"name"')} = ${hole(2)}`;
  const statement = sql`select * from t where ${sql.join([isNamed, sql`"id" > ${hole(0)}`], sql` and `)} limit ${hole(1)}`;
  assert.deepEqual(compilePostgres(statement), {
    text: 'select * from t where "name" = $1 and "id" > $2 limit $3',
    holes: [2, 0, 1],
  });
});

test('values in the order of the placeholders need no list of holes', () => {
  const statement = sql`${hole(0)}${sql.raw('')}${sql.join([hole(1), hole(2)])}`;
  assert.deepEqual(compileSqlite(statement), { text: '??, ?', holes: null });
});

test('one fragment can stand in two places', () => {
  const id = hole(0);
  assert.deepEqual(compileSqlite(sql`${id} or ${id}`), { text: '? or ?', holes: [0, 0] });
});

test('nothing joined is nothing', () => {
  assert.deepEqual(compileSqlite(sql`in (${sql.join([])})`), { text: 'in ()', holes: null });
});
