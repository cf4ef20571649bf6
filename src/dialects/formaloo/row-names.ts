/**
 * Slugs and submission codes of rows. Both are encrypted numbers, and the same rows are shown again and again: the newest of
 * a form to whoever waits for more, a row to whoever works on it. Working them out is a tenth of listing them.
 */
import type { Core } from '../../core/context.ts';
import type { Form } from './form.ts';

export interface RowNames {
  readonly slug: string;
  /** The submission code that the row has of its own. */
  readonly code: string;
}

/** Rows whose names are remembered, over all forms: some 2 MB. */
const rowsMax = 10_000;
/** Who asks for more at once reads a form from end to end, and once. */
const pageMax = 200;
/** By version of the form, then by record id. */
let known = new WeakMap<Form, Map<number, RowNames>>();
let held = 0;

/** Of rows that are shown, in the order of their ids. */
export function namesOf(core: Core, form: Form, ids: readonly number[]): readonly RowNames[] {
  if (ids.length > pageMax) return makeNames(core, form, ids);
  // The oldest are not looked for: those that are still shown are back with the next list.
  if (held > rowsMax) {
    known = new WeakMap();
    held = 0;
  }
  let own = known.get(form);
  if (own === undefined) {
    own = new Map();
    known.set(form, own);
  }
  const unknown = ids.filter((id) => !own.has(id));
  if (unknown.length > 0) {
    const made = makeNames(core, form, unknown);
    for (const [index, id] of unknown.entries()) own.set(id, made[index] ?? noNames);
    held += unknown.length;
  }
  return ids.map((id) => own.get(id) ?? noNames);
}

export const noNames: RowNames = { slug: '', code: '' };

/** All at once: each call of the cipher costs more than the blocks that it encrypts. */
function makeNames({ secrets }: Core, { table }: Form, ids: readonly number[]): RowNames[] {
  const codes = secrets.submissionCodes.encodeAll(table.number, ids);
  return secrets.slugs.encodeAll(table.number, ids).map((slug, index) => ({ slug, code: codes[index] ?? '' }));
}

/** Of a row that has just come: nobody asks for it as often as it is worth remembering. */
export function newNames({ secrets }: Core, { table }: Form, id: number): RowNames {
  return { slug: secrets.slugs.encode(table.number, id), code: secrets.submissionCodes.encode(table.number, id) };
}
