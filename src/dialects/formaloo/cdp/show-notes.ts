/** Notes about customers as they are shown, in their own list and with their customer. */
import type { Actor, Core } from '../../../core/context.ts';
import { linkedToId, type Show } from './answers.ts';
import { type CdpRecord, list, recordOf } from './records.ts';
import { findTable } from './tables.ts';

/** Notes that a customer is shown with; the rest is in their list. */
const shownMax = 100;

export const showNotes: Show = async (core, _actor, own, rows) =>
  // Keys write them, and a key is nobody's name.
  rows.map((row) => ({ ...recordOf(core, own, row), writer: null }));

/** The latest notes about a customer, newest first. */
export async function notesOf(core: Core, actor: Actor, id: number): Promise<CdpRecord[]> {
  const own = await findTable(core, actor, 'notes');
  if (own === undefined) return [];
  const page = { page: 1, size: shownMax, isWhole: false };
  const { rows, links } = await list(core, actor, own, linkedToId(own, 'customer', id), page);
  return showNotes(core, actor, own, rows, links);
}
