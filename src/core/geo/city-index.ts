/**
 * The cities of the world in a few flat arrays: some 10 MB for 170,000 of them, which as objects would be ten times that. Names
 * lie in the order of their folded forms, so that equal ones and beginnings are found by halving.
 */
import { hash } from 'node:crypto';
import { fold } from './fold.ts';
import type { FoundPlaces, Place, PlaceList, PlaceQuestion } from './places.ts';

export interface CityData {
  /** Names one after the other, in UTF-8, and where each begins; one more place than cities. */
  readonly names: Uint8Array;
  readonly nameAt: Uint32Array;
  /** Their folded forms, each followed by a line feed. */
  readonly keys: Uint8Array;
  readonly keyAt: Uint32Array;
  /** Ids as numbers, ascending, and whose each is. */
  readonly ids: Float64Array;
  readonly idOf: Uint32Array;
  /** Place in `states` of each city. */
  readonly stateOf: Uint16Array;
  /** `US-IL`, with its name. */
  readonly states: readonly Place[];
}

export interface CityList extends PlaceList {
  readonly size: number;
  /** States, provinces, … of a country. */
  statesOf(countryId: string): readonly Place[];
}

const idLength = 8;
const idForm = /^[0-9A-Za-z]{8}$/;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idsMax = 62 ** idLength;

/** The id of a city is made of its name: columns hold names, and a name leads to its id without a table. */
export function idNumber(name: string): number {
  return hash('sha256', name, 'buffer').readUIntBE(0, 6) % idsMax;
}

function idText(id: number): string {
  let text = '';
  for (let rest = id; text.length < idLength; rest = Math.floor(rest / 62)) text = `${digits[rest % 62]}${text}`;
  return text;
}

function idValue(text: string): number {
  let value = 0;
  for (const digit of text) value = value * 62 + digits.indexOf(digit);
  return value;
}

/** Names that merely hold the text are looked for up to this number; who searches by one letter gets no more. */
const heldMax = 1000;

export function createCityList(data: CityData): CityList {
  const names = viewOf(data.names);
  const keys = viewOf(data.keys);
  const size = data.nameAt.length - 1;
  const nameOf = (at: number) => names.toString('utf8', data.nameAt[at], data.nameAt[at + 1]);
  /** Without its line feed. */
  const keyEnd = (at: number) => (data.keyAt[at + 1] ?? 1) - 1;
  const statesByCountry = Map.groupBy(data.states, ({ id }) => id.slice(0, 2));
  const stateNumbers = new Map(data.states.map(({ id }, at) => [id, at]));

  function placeAt(at: number): Place {
    const name = nameOf(at);
    return { id: idText(idNumber(name)), name };
  }

  function find(id: number): Place | undefined {
    const at = firstAt(data.ids.length, (one) => (data.ids[one] ?? 0) >= id);
    const city = data.ids[at] === id ? data.idOf[at] : undefined;
    return city === undefined ? undefined : placeAt(city);
  }

  /** Cities whose key is at or after the text; `isBeyond`: after everything that begins with it. */
  function boundary(text: Buffer, isBeyond: boolean): number {
    return firstAt(size, (at) => {
      const from = data.keyAt[at] ?? 0;
      const end = isBeyond ? Math.min(keyEnd(at), from + text.length) : keyEnd(at);
      const order = keys.compare(text, 0, text.length, from, end);
      return isBeyond ? order > 0 : order >= 0;
    });
  }

  /** Those that hold the text elsewhere than at their beginning. */
  function holding(text: Buffer): number[] {
    const found: number[] = [];
    for (let from = 0; found.length < heldMax; ) {
      const hit = keys.indexOf(text, from);
      if (hit === -1) break;
      const at = firstAt(size, (one) => (data.keyAt[one + 1] ?? 0) > hit);
      // At its beginning: that one was found before.
      if (hit !== data.keyAt[at]) found.push(at);
      from = data.keyAt[at + 1] ?? keys.length;
    }
    return found;
  }

  function search(text: string): FoundPlaces {
    const wanted = Buffer.from(fold(text));
    if (wanted.length === 0) return { count: size, slice: (from, to) => range(from, Math.min(to, size)).map(placeAt) };
    // Equal names stand before those that go on.
    const first = boundary(wanted, false);
    const beginning = boundary(wanted, true) - first;
    const held = holding(wanted);
    return {
      count: beginning + held.length,
      slice: (from, to) => [
        ...range(Math.min(from, beginning), Math.min(to, beginning)).map((at) => placeAt(first + at)),
        ...held.slice(Math.max(0, from - beginning), Math.max(0, to - beginning)).map(placeAt),
      ],
    };
  }

  function within(state: string, text: string): FoundPlaces {
    const number = stateNumbers.get(state);
    const wanted = Buffer.from(fold(text));
    const found: number[] = [];
    for (let at = 0; number !== undefined && at < size; at += 1) {
      if (data.stateOf[at] !== number) continue;
      if (keys.subarray(data.keyAt[at], keyEnd(at)).includes(wanted)) found.push(at);
    }
    return { count: found.length, slice: (from, to) => found.slice(from, to).map(placeAt) };
  }

  return {
    size,
    byId: (id) => (idForm.test(id) ? find(idValue(id)) : undefined),
    byName(name) {
      const found = find(idNumber(name));
      return found?.name === name ? found : undefined;
    },
    find: ({ search: text = '', state }: PlaceQuestion) => (state === undefined ? search(text) : within(state, text)),
    statesOf: (countryId) => statesByCountry.get(countryId) ?? [],
  };
}

/** The same bytes, which may be a part of others. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The first of so many places for which this holds, all after it too; `count` when there is none. */
function firstAt(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
