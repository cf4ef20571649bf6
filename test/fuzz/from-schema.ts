/** Bodies and parameters that the OpenAPI document allows, and some that it just does not. */
import fc from 'fast-check';

export type JsonSchema = Readonly<Record<string, unknown>>;

const depthMax = 5;

export interface SchemaArbitraries {
  /** A value for the schema, mostly one that fits. */
  of(schema: JsonSchema): fc.Arbitrary<unknown>;
}

/** Names of things that texts may name, so that not every id is unknown. */
export function createSchemaArbitraries(document: JsonSchema, knownTexts: readonly string[]): SchemaArbitraries {
  const known = fc.constantFrom(...knownTexts);
  const names = fc.oneof(
    { weight: 3, arbitrary: known },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  );
  const anything = fc.jsonValue({ maxDepth: 3 });

  function of(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
    const { $ref } = schema;
    if (typeof $ref === 'string') return of(resolve(document, $ref), depth);
    const choices = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
    if (choices !== undefined && choices.length > 0) return fc.oneof(...choices.map((one) => of(one, depth)));
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
    if (depth > depthMax) return fc.constant(null);
    return ofType(schema, depth);
  }

  function ofType(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    switch (schema.type) {
      case 'string':
        return textOf(schema);
      case 'integer':
        return numberOf(schema).map(Math.trunc);
      case 'number':
        return numberOf(schema);
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(of((schema.items as JsonSchema | undefined) ?? {}, depth + 1), { maxLength: 4 });
      case 'object':
        return objectOf(schema, depth);
      default:
        return anything;
    }
  }

  function objectOf(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
    const required = new Set(schema.required as readonly string[] | undefined);
    const model: Record<string, fc.Arbitrary<unknown>> = {};
    for (const [name, one] of properties) model[name] = of(one, depth + 1);
    // A required one is left out now and then, too.
    const requiredKeys = properties.map(([name]) => name).filter((name) => required.has(name));
    const whole = fc.record(model, { requiredKeys });
    const partial = fc.record(model, { requiredKeys: [] });
    const isFree = schema.patternProperties !== undefined || typeof schema.additionalProperties === 'object';
    const free = fc.dictionary(names, anything, { maxKeys: 4 });
    const some = fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: partial });
    return isFree ? fc.tuple(some, free).map(([own, more]) => ({ ...own, ...more })) : some;
  }

  function textOf(schema: JsonSchema): fc.Arbitrary<string> {
    const examples = ((schema.examples as readonly unknown[] | undefined) ?? []).map(String);
    const stringArbitrary = fc.string({ unit: 'grapheme', maxLength: 20 });
    return examples.length === 0
      ? fc.oneof(names, stringArbitrary)
      : fc.oneof(
          { weight: 2, arbitrary: fc.constantFrom(...examples) },
          { weight: 3, arbitrary: names },
          stringArbitrary,
        );
  }

  function numberOf({ minimum, maximum }: JsonSchema): fc.Arbitrary<number> {
    const least = typeof minimum === 'number' ? minimum : -1000;
    const most = typeof maximum === 'number' ? maximum : 1000;
    const edges = fc.constantFrom(least - 1, least, most, most + 1, 0);
    return fc.oneof(edges, fc.double({ min: least, max: most, noNaN: true }));
  }

  return { of: (schema) => of(schema) };
}

function resolve(document: JsonSchema, ref: string): JsonSchema {
  let found: unknown = document;
  for (const part of ref.replace(/^#\//, '').split('/')) found = (found as Record<string, unknown>)[part];
  return found as JsonSchema;
}
