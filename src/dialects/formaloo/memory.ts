/**
 * What this dialect remembers about tables, fields and choices under its own name: attributes that the core does not have.
 * What the core does have is never kept here a second time, so that changes made elsewhere show.
 */
import type { Json } from '../../core/fields/field-type.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';

export type Memory = Readonly<Record<string, Json>>;

const nothing: Memory = Object.freeze({});

export function memoryOf({ foreign }: { readonly foreign: Readonly<Record<string, Json>> }): Memory {
  return objectOf(foreign.formaloo);
}

/** `foreign` with this dialect's part replaced and that of the others kept. */
export function withMemory(foreign: Readonly<Record<string, Json>>, memory: Memory): Record<string, Json> {
  return { ...foreign, formaloo: memory as Record<string, Json> };
}

export function objectOf(value: unknown): Memory {
  return isPlainObject(value) ? (value as Memory) : nothing;
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * Titles here may be empty or occur twice; names in the core are unique. A title is remembered beside the name that was made
 * of it, and forgotten when the name is changed elsewhere.
 */
export function titleOf(memory: Memory, name: string): string {
  return memory.named === name ? (textOrNull(memory.title) ?? name) : name;
}
