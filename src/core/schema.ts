/**
 * Builders of JSON Schema with TypeBox's types, so that `Static` and TypeBox's checks know what they make, without its 370
 * modules: every start would load them for what these few lines do. `docs/decisions/0013-schema-builders.md` has the figures.
 */
import type TypeBox from 'typebox';
import type { TSchema } from 'typebox';

export type { Static, TObject, TProperties, TSchema } from 'typebox';

type Builders = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'
>;

/** What JSON does not show: the marks by which TypeBox knows its own. */
type Marks = Readonly<Record<`~${string}`, unknown>>;

/** The same builders, by the same names and with the same results, as TypeBox's `Type`. */
export const Type = {
  Array: (items: TSchema, options?: object) => kind('Array', { type: 'array', items }, options),
  Boolean: (options?: object) => kind('Boolean', { type: 'boolean' }, options),
  Enum: (values: readonly unknown[], options?: object) => kind('Enum', { enum: values }, options),
  Integer: (options?: object) => kind('Integer', { type: 'integer' }, options),
  Literal: (value: unknown, options?: object) => kind('Literal', { type: typeof value, const: value }, options),
  Null: (options?: object) => kind('Null', { type: 'null' }, options),
  Number: (options?: object) => kind('Number', { type: 'number' }, options),
  Object: (properties: Record<string, TSchema>, options?: object) => {
    const names = Object.entries(properties).filter(([, schema]) => !('~optional' in schema));
    const required = names.length === 0 ? {} : { required: names.map(([name]) => name) };
    return kind('Object', { type: 'object', ...required, properties }, options);
  },
  Optional: (schema: TSchema) => marked(copyOf(schema), { '~optional': true }),
  /** Keys are any text: no other are used. */
  Record: (_key: TSchema, value: TSchema, options?: object) =>
    kind('Record', { type: 'object', patternProperties: { '^.*$': value } }, options),
  String: (options?: object) => kind('String', { type: 'string' }, options),
  Union: (anyOf: readonly TSchema[], options?: object) => kind('Union', { anyOf }, options),
  Unknown: (options?: object) => kind('Unknown', {}, options),
  Unsafe: (schema: TSchema) => marked(copyOf(schema), { '~unsafe': null }),
} as unknown as Builders;

function kind(name: string, keywords: object, options?: object): object {
  return marked({ ...keywords, ...options }, { '~kind': name });
}

function marked(schema: object, marks: Marks): object {
  for (const [name, value] of Object.entries(marks)) {
    Object.defineProperty(schema, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return schema;
}

/** With the marks, which a spread would lose. */
function copyOf(schema: object): object {
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
}
