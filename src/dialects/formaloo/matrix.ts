/** A matrix: rows (`choice_groups`) of which each is answered by one column (`choice_items`). Kept as `{row slug: column slug}`. */
import { type Json, Refusal } from '../../core/fields/field-type.ts';
import { isPlainObject } from '../../core/fields/plain-json.ts';
import { unwrapped } from './attributes.ts';
import type { FormField } from './form.ts';
import { listOf, type Memory, objectOf, textOrNull } from './memory.ts';

export interface Matrix {
  /** The answer as it is kept. */
  read(input: unknown): Json | Refusal;
  /** `{row title: column title}`. */
  titled(answer: unknown): Record<string, Json>;
}

const notMatrix = new Refusal('must be an object of the form {row slug: column slug}');

/** Items that were made with the field: `{slug, title, …}`. */
export function itemsOf(value: Json | undefined): readonly Memory[] {
  return listOf(value).map(objectOf);
}

export function matrixOf({ memory }: Pick<FormField, 'memory'>): Matrix {
  const columns = titlesBySlug(memory.choice_items);
  const rows = titlesBySlug(memory.choice_groups);
  return {
    read(input) {
      const value = unwrapped(input);
      if (value === null || value === undefined || value === '') return null;
      if (!isPlainObject(value)) return notMatrix;
      const answer: Record<string, Json> = {};
      for (const [row, column] of Object.entries(value)) {
        if (!rows.has(row)) return new Refusal(`must not have the row ${JSON.stringify(row.slice(0, 63))}`);
        if (column === null || column === '') continue;
        if (typeof column !== 'string' || !columns.has(column))
          return new Refusal(`must have one of its columns in the row ${JSON.stringify(row)}`);
        answer[row] = column;
      }
      return Object.keys(answer).length === 0 ? null : answer;
    },
    titled(answer) {
      const pairs = Object.entries(objectOf(answer)).map(([row, column]) => [
        rows.get(row) ?? row,
        columns.get(String(column)) ?? column,
      ]);
      return Object.fromEntries(pairs) as Record<string, Json>;
    },
  };
}

function titlesBySlug(items: Json | undefined): ReadonlyMap<string, string> {
  return new Map(itemsOf(items).map((item) => [textOrNull(item.slug) ?? '', textOrNull(item.title) ?? '']));
}
