import type { Field } from '../fields/field-type.ts';
import type { Grant } from '../keys/scopes.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { verbBits } from '../workspaces/roles.ts';
import type { StoredRow } from './query.ts';
import type { Draft } from './read-input.ts';
import { linksOf } from './record-view.ts';
import type { WriteScope } from './write-record.ts';

/**
 * The record, where writing the draft would leave its values as they are; otherwise, or without a record, null. What the actor may not
 * read counts as changed: that it was left alone would tell what it is.
 */
export async function findUnchanged(
  { tx, actor }: WriteScope,
  table: TableSchema,
  id: number,
  draft: Draft,
): Promise<StoredRow | null> {
  const mayRead = readableBy(actor.grant(table));
  const row = await tx.records.get(table, id);
  if (row === undefined) return null;
  for (const [field, value] of draft.stored) if (!mayRead(field) || row[field.slot] !== value) return null;
  const relations = [...draft.links.keys()];
  if (!relations.every(mayRead)) return null;
  const links = await linksOf(tx, relations, [row]);
  for (const [field, ids] of draft.links) {
    if (sorted(links.get(field.id)?.get(id) ?? []) !== sorted(ids)) return null;
  }
  return row;
}

/** Which fields of a table may be read by this grant. */
export function readableBy({ verbs, readable }: Grant): (field: Field) => boolean {
  if ((verbs & verbBits.read) === 0) return () => false;
  return ({ id }) => readable === null || readable.has(id);
}

function sorted(ids: readonly number[]): string {
  return ids.toSorted((a, b) => a - b).join();
}
