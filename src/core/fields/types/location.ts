/** A place: an address, a name, a position, and the parts of the address as a map service gave them; any of them may be missing. */
import { type FieldType, type Json, Refusal } from '../field-type.ts';
import { isPlainObject, readPlainJson } from '../plain-json.ts';
import { readNumber } from '../read-number.ts';
import { readTrimmed } from '../read-text.ts';
import { fromStoredJson } from '../stored-form.ts';
import { noOptions } from '../text-like.ts';

/** Every key that some client uses, and what it stands for. */
const partByKey = new Map([
  ['address', 'address'],
  ['fullAddress', 'address'],
  ['name', 'name'],
  ['latitude', 'latitude'],
  ['lat', 'latitude'],
  ['longitude', 'longitude'],
  ['lng', 'longitude'],
  ['lon', 'longitude'],
  ['long', 'longitude'],
  ['elements', 'elements'],
  ['addressElements', 'elements'],
] as const);
type Part = 'address' | 'name' | 'latitude' | 'longitude' | 'elements';

const coordinates = /^([+-]?\d{1,3}(?:\.\d{1,20})?)\s{0,9}[,;]\s{0,9}([+-]?\d{1,3}(?:\.\d{1,20})?)$/;

const refusal = new Refusal(
  'must be a place: an address, "latitude,longitude" or an object with address, name, latitude, longitude, elements',
);
const halfPosition = new Refusal('must have both latitude and longitude, or neither');
const badElements = new Refusal('must have an object in elements');

/** The parts of an object as sent; `coordinates` may hold the position. */
function partsOf(input: Record<string, unknown>): Map<Part, unknown> | Refusal {
  const parts = new Map<Part, unknown>();
  for (const key of Object.keys(input)) {
    const value = input[key];
    if (key === 'coordinates') {
      if (value === null) continue;
      const inner = isPlainObject(value) ? partsOf(value) : refusal;
      if (inner instanceof Refusal) return inner;
      for (const [part, innerValue] of inner) parts.set(part, innerValue);
      continue;
    }
    const part = partByKey.get(key as Part);
    if (part === undefined)
      return new Refusal(`must not have the key ${JSON.stringify(key.slice(0, 50).toWellFormed())}`);
    if (value !== null && value !== undefined) parts.set(part, value);
  }
  return parts;
}

/** A degree within its range; a refusal names it. */
function readDegree(input: unknown, name: string, max: number): number | null | Refusal {
  const value = readNumber(input);
  if (value === null) return null;
  return typeof value === 'number' && Math.abs(value) <= max
    ? value
    : new Refusal(`must have a ${name} between -${max} and ${max}`);
}

function placeOf(parts: Map<Part, unknown>): Json | Refusal {
  const address = readTrimmed(parts.get('address'));
  if (address instanceof Refusal) return new Refusal(`must have an address that is text: it ${address.message}`);
  const name = readTrimmed(parts.get('name'));
  if (name instanceof Refusal) return new Refusal(`must have a name that is text: it ${name.message}`);
  const latitude = readDegree(parts.get('latitude'), 'latitude', 90);
  if (latitude instanceof Refusal) return latitude;
  const longitude = readDegree(parts.get('longitude'), 'longitude', 180);
  if (longitude instanceof Refusal) return longitude;
  if ((latitude === null) !== (longitude === null)) return halfPosition;
  const sent = parts.get('elements') ?? {};
  if (!isPlainObject(sent)) return badElements;
  const elements = readPlainJson(sent);
  if (elements instanceof Refusal) return new Refusal(`must have elements that can be kept: they ${elements.message}`);
  const isEmpty = address === null && name === null && latitude === null && Object.keys(sent).length === 0;
  return isEmpty ? null : { address, name, latitude, longitude, elements };
}

export const locationType: FieldType = {
  name: 'location',
  storage: 'json',
  comparison: null,
  options: noOptions,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  parse(input) {
    if (input === null || input === undefined) return null;
    if (isPlainObject(input)) {
      const parts = partsOf(input);
      return parts instanceof Refusal ? parts : placeOf(parts);
    }
    if (typeof input !== 'string') return refusal;
    const text = readTrimmed(input);
    if (typeof text !== 'string') return text;
    const [, latitude, longitude] = coordinates.exec(text) ?? [];
    return placeOf(
      latitude === undefined
        ? new Map([['address', text]])
        : new Map([
            ['latitude', latitude],
            ['longitude', longitude],
          ]),
    );
  },
  toStored: (value) => (value === null ? null : JSON.stringify(value)),
  fromStored: fromStoredJson,
  toText(value) {
    if (!isPlainObject(value)) return '';
    const { address, name, latitude, longitude } = value;
    if (typeof address === 'string') return address;
    if (typeof latitude === 'number') return `${latitude},${String(longitude)}`;
    return typeof name === 'string' ? name : '';
  },
  example: () => ({
    address: '10 Downing Street, London',
    name: null,
    latitude: 51.5034,
    longitude: -0.1276,
    elements: {},
  }),
  jsonSchema: () => ({
    type: 'object',
    properties: {
      address: { type: ['string', 'null'] },
      name: { type: ['string', 'null'] },
      latitude: { type: ['number', 'null'], minimum: -90, maximum: 90 },
      longitude: { type: ['number', 'null'], minimum: -180, maximum: 180 },
      elements: { type: 'object' },
    },
    required: ['address', 'name', 'latitude', 'longitude', 'elements'],
    additionalProperties: false,
  }),
};
