/** An example value of a schema: its own example where it has one, else the simplest thing that fits. */
import type { JsonSchema } from './operations.ts';

export function sampleOf(schema: JsonSchema): unknown {
  const { examples, default: fallback, anyOf, enum: values, properties, items, type } = schema;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if ('const' in schema) return schema.const;
  if (fallback !== undefined) return fallback;
  if (Array.isArray(values)) return values[0];
  if (Array.isArray(anyOf)) return sampleOf(anyOf[0] as JsonSchema);
  if (type === 'object') {
    const entries = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
    return Object.fromEntries(entries.map(([name, property]) => [name, sampleOf(property)]));
  }
  if (type === 'array') return isSchema(items) ? [sampleOf(items)] : [];
  return samples[String(type)] ?? null;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

const samples: Readonly<Record<string, unknown>> = { string: 'text', integer: 1, number: 1.5, boolean: true };
