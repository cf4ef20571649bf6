/**
 * Slugs of forms, fields and choices: the first eight characters of their ids (47 random bits), so that whatever was
 * made through another dialect has one from the start and keeps it. Rows are named by the record's own slug.
 */
import { createHash } from 'node:crypto';
import { randomBase62 } from '../../core/ids.ts';

export const slugLength = 8;

export function slugOf({ id }: { readonly id: string }): string {
  return id.slice(0, slugLength);
}

/** For what has no id in the core: success pages, tags. */
export function newSlug(): string {
  return randomBase62(slugLength);
}

const addressLength = 8;

/** The address of a form that was given none: lower-case, from its table's id. */
export function addressOf(tableId: string): string {
  return createHash('sha256')
    .update(tableId)
    .digest()
    .readUIntBE(0, 6)
    .toString(36)
    .padStart(addressLength, '0')
    .slice(0, addressLength);
}
