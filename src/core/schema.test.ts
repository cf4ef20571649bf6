import assert from 'node:assert/strict';
import { test } from 'node:test';
import TypeBox from 'typebox';
import { Type } from './schema.ts';

/** One use of every builder, nested and with options. */
function schemaBy(build: typeof Type) {
  const name = build.String({ minLength: 1, description: 'A name' });
  return build.Object(
    {
      name,
      nick: build.Optional(name),
      count: build.Integer({ minimum: 0 }),
      share: build.Optional(build.Number()),
      on: build.Boolean({ default: true }),
      kind: build.Enum(['a', 'b'], { default: 'a' }),
      one: build.Literal('one'),
      two: build.Union([build.Literal(2), build.Literal(true), build.Null()], { description: 'Or nothing' }),
      list: build.Array(build.Object({ id: name }), { maxItems: 3 }),
      map: build.Optional(build.Record(build.String(), build.Unknown(), { description: 'By name' })),
      free: build.Unsafe<{ a: 1 }>({ type: 'object' }),
      nothing: build.Object({}),
    },
    { additionalProperties: false },
  );
}

/** Every property, also those that do not show, in depth. */
function allOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(allOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(Object.getOwnPropertyDescriptors(value))
    .map(([name, { enumerable, value: inner }]) => [name, enumerable, allOf(inner)])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));
}

test('the builders make what those of TypeBox make, visible and hidden', () => {
  assert.deepEqual(allOf(schemaBy(Type)), allOf(schemaBy(TypeBox)));
  assert.equal(JSON.stringify(schemaBy(Type)), JSON.stringify(schemaBy(TypeBox)));
});

test('making a part optional leaves the part as it was', () => {
  const part = Type.String();
  Type.Optional(part);
  assert.deepEqual(Type.Object({ part }).required, ['part']);
});
