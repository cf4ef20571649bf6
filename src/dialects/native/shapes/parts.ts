/** What the shapes of answers and bodies are made of. */
import { type TObject, type TProperties, type TSchema, Type } from '../../../core/schema.ts';

/**
 * A schema that the OpenAPI document keeps under a name of its own (`x-name`) and refers to wherever it is used.
 * Validation does not see the name.
 */
export function named<P extends TProperties>(name: string, properties: P, options: object = {}): TObject<P> {
  return Type.Object(properties, { 'x-name': name, ...options });
}

/** A body: what is not listed is refused by name. */
export function namedBody<P extends TProperties>(name: string, properties: P, options: object = {}): TObject<P> {
  return named(name, properties, { additionalProperties: false, ...options });
}

/** A list of everything there is, or of one page: `{data, next}`. */
export function pageOf<S extends TSchema>(item: S) {
  return Type.Object({
    data: Type.Array(item),
    next: nullable(Type.String({ description: 'Send it as `cursor` to go on; null at the end.' })),
  });
}

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

const exampleId = '4fT9xQ2LmZ8sKdPa';
const exampleTime = '2026-03-05T09:07:11.042Z';

export const id = (description?: string) => Type.String({ ...(description && { description }), examples: [exampleId] });
export const time = (description?: string) =>
  Type.String({ format: 'date-time', ...(description && { description }), examples: [exampleTime] });
export const name = Type.String({ minLength: 1, maxLength: 255, examples: ['Orders'] });
export const description = nullable(Type.String({ maxLength: 10_000 }));

/** Calls per second by kind of key. */
export const limits = Type.Object(
  {
    app: Type.Optional(Type.Integer({ minimum: 0 })),
    pair: Type.Optional(Type.Integer({ minimum: 0 })),
    personal: Type.Optional(Type.Integer({ minimum: 0 })),
    native: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { description: 'Calls per second by kind of key; 0: no limit. What is missing is decided by the next level.' },
);

const limitInput = Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 1_000_000 })));

/** As `limits`; null takes an override back. */
export const limitsInput = Type.Object(
  { app: limitInput, pair: limitInput, personal: limitInput, native: limitInput },
  { additionalProperties: false, description: 'Calls per second by kind of key; 0: no limit; null: no override.' },
);

/** Every path names things by id: unknown ones, malformed ones and those of others get the same 404. */
export function pathOf<K extends string>(...names: K[]): TObject<Record<K, ReturnType<typeof Type.String>>> {
  return Type.Object(Object.fromEntries(names.map((one) => [one, id()])) as Record<K, ReturnType<typeof Type.String>>);
}

/** An answer without a body. */
export const nothing = Type.Null();
