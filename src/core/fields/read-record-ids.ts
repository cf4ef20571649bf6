/** Reading of record ids as clients send them: a list, one id, or a comma list; numbers or their text. Never throws. */
import { Refusal } from './field-type.ts';

/** Records that one value may link. */
const linksMax = 10_000;

const idForm = /^\d{1,16}$/;
const listLengthMax = linksMax * 20;

const notIds = new Refusal('must be a list of record ids (whole numbers from 1)');
const tooMany = new Refusal(`must name at most ${linksMax} records`);

/** The ids in ascending order, each once: the order in which links are read back. */
export function readRecordIds(input: unknown): number[] | Refusal {
  if (typeof input === 'number') return single(input);
  if (input === null || input === undefined || input === '') return noLinks();
  if (typeof input === 'string') {
    if (input.length > listLengthMax) return tooMany;
    return input.trim() === '' ? noLinks() : listed(input.split(','));
  }
  return Array.isArray(input) ? listed(input) : notIds;
}

export function noLinks(): number[] {
  return [];
}

function single(input: unknown): number[] | Refusal {
  const id = idOf(input);
  return id === null ? notIds : [id];
}

function listed(entries: readonly unknown[]): number[] | Refusal {
  if (entries.length > linksMax) return tooMany;
  const ids = new Set<number>();
  for (const entry of entries) {
    const id = idOf(entry);
    if (id === null) return notIds;
    ids.add(id);
  }
  return [...ids].sort((a, b) => a - b);
}

function idOf(input: unknown): number | null {
  if (typeof input === 'number') return input >= 1 && Number.isSafeInteger(input) ? input : null;
  if (typeof input !== 'string' || input.length > 40) return null;
  const text = input.trim();
  return idForm.test(text) ? idOf(Number(text)) : null;
}
