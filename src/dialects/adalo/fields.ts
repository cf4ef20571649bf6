/**
 * Field types as Adalo's property types: what each is called, how its values read and which can be filtered by. Types that
 * Adalo does not have are shown under the nearest one, and nothing of their values is lost on the way out and back.
 */
import type { Field, FieldTypeName, Json, Stored } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { storedToJson } from '../../core/fields/parse-value.ts';
import { type ReadValue, readValueOf } from '../../core/records/row-values.ts';

export type PropertyTypeName =
  | 'Text'
  | 'Number'
  | 'True/False'
  | 'Date & Time'
  | 'Date'
  | 'Location'
  | 'File'
  | 'Image'
  | 'Relationship'
  | 'Password';

export interface PropertyType {
  readonly name: PropertyTypeName;
  /** Adalo has no such type; `name` is the nearest. */
  readonly isForeign: boolean;
  /** Whether `filterKey` may name it: lists and objects never match anything (wire/adalo.md §4). */
  readonly isFilterable: boolean;
  /** What the documentation shows (wire/adalo.md §9). */
  sample(field: Field): Json;
  /** Its own form of values; without: the canonical value. */
  readerOf?(field: Field): ReadValue;
  /** What clients write, as the field takes it; without: as it is. */
  accept?(value: unknown): unknown;
}

const sampleText = 'string';
const sampleInstant = '2019-08-24T14:15:22Z';

function text(sample: string = sampleText): PropertyType {
  return { name: 'Text', isForeign: false, isFilterable: true, sample: () => sample };
}

/** A type that Adalo lacks, shown as text. */
function asText(sample: (field: Field) => Json): PropertyType {
  return { name: 'Text', isForeign: true, isFilterable: true, sample };
}

/** An example of the field's own; text where it has none, such as a list without choices. */
const exampleOf = (field: Field): Json => fieldTypes[field.type].example(field) ?? sampleText;

const number: PropertyType = { name: 'Number', isForeign: false, isFilterable: true, sample: () => 0 };
const instant: PropertyType = {
  name: 'Date & Time',
  isForeign: false,
  isFilterable: true,
  sample: () => sampleInstant,
};

interface Place {
  readonly address: Json;
  readonly name: Json;
  readonly latitude: Json;
  readonly longitude: Json;
  readonly elements: Json;
}

/** wire/adalo.md §5. `coordinates` is there even when they are not known, so that clients can reach into it. */
function placeOf(field: Field, stored: Stored): Json {
  const { address, name, latitude, longitude, elements } = storedToJson(field, stored) as unknown as Place;
  return { fullAddress: address, name, coordinates: { latitude, longitude }, addressElements: elements };
}

/** Keys of a file's value that Adalo shows, in its order (wire/adalo.md §5). */
const fileKeys = ['url', 'filename', 'size'] as const;
const imageKeys = [...fileKeys, 'width', 'height'] as const;
const sampleImage = {
  url: 'https://example.com/desk.jpg',
  filename: 'desk.jpg',
  size: 48211,
  width: 1200,
  height: 800,
};

/**
 * A file, or a list of files where the field holds several: Adalo has no such property, and nothing is hidden. Sizes that are
 * not known (of a file elsewhere) are 0: a typed client takes integers only, and another reads 0 as unknown (§11.6).
 */
function picking(keys: readonly string[]): (field: Field) => ReadValue {
  const pick = (file: Json): Json =>
    Object.fromEntries(keys.map((key) => [key, (file as { [key: string]: Json })[key] ?? 0]));
  return (field) => (stored) => {
    const value = storedToJson(field, stored);
    return Array.isArray(value) ? value.map(pick) : value === null ? null : pick(value);
  };
}

/** The 0 of an unknown size, echoed back, is no fact; an object of nothing but empty keys is no file. */
function acceptFile(value: unknown): unknown {
  return Array.isArray(value) ? value.map(acceptOne).filter((file) => file !== null) : acceptOne(value);
}

function acceptOne(file: unknown): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file;
  const isUnknown = ([key, entry]: [string, unknown]) => entry === 0 && /^(?:size|width|height)$/.test(key);
  const known = Object.entries(file).filter((entry) => !isUnknown(entry));
  return known.every(([, entry]) => entry === null || entry === '') ? null : Object.fromEntries(known);
}

export const propertyTypes: Record<FieldTypeName, PropertyType> = {
  text: text(),
  long_text: text(),
  rich_text: text(),
  email: text('user@example.com'),
  url: text(),
  phone: text(),
  number,
  percent: number,
  currency: number,
  rating: { ...number, sample: () => 1 },
  duration: number,
  // Read-only; a text such as "INV-00042" where the field has a prefix.
  autonumber: { ...number, isForeign: true, sample: exampleOf },
  checkbox: { name: 'True/False', isForeign: false, isFilterable: true, sample: () => true },
  date: { name: 'Date', isForeign: false, isFilterable: true, sample: () => sampleInstant.slice(0, 10) },
  datetime: instant,
  time: asText(exampleOf),
  single_select: asText(exampleOf),
  // A list of names: joined text could not be told apart from a name with a comma. Filters ask for one of its names.
  multi_select: asText((field) => fieldTypes.multi_select.example(field) ?? [sampleText]),
  location: {
    name: 'Location',
    isForeign: false,
    isFilterable: false,
    sample: () => ({
      fullAddress: sampleText,
      name: sampleText,
      coordinates: { latitude: 0, longitude: 0 },
      addressElements: {},
    }),
    readerOf: (field) => (stored) => placeOf(field, stored),
  },
  file: {
    name: 'File',
    isForeign: false,
    isFilterable: false,
    sample: () => ({ url: 'https://example.com/invoice.pdf', filename: 'invoice.pdf', size: 48211 }),
    readerOf: picking(fileKeys),
    accept: acceptFile,
  },
  image: {
    name: 'Image',
    isForeign: false,
    isFilterable: false,
    sample: () => sampleImage,
    readerOf: picking(imageKeys),
    accept: acceptFile,
  },
  relation: {
    name: 'Relationship',
    isForeign: false,
    isFilterable: false,
    sample: (field) => (field.options.cardinality === 'one' ? [1] : [1, 2]),
  },
  user: asText(exampleOf),
  color: asText(exampleOf),
  json: { ...asText(exampleOf), isFilterable: false },
  // Read-only; what cannot be worked out is a text such as "#DIV/0!".
  formula: asText(exampleOf),
  password: { name: 'Password', isForeign: false, isFilterable: false, sample: () => sampleText },
  created_at: instant,
  updated_at: instant,
  created_by: asText(exampleOf),
  updated_by: asText(exampleOf),
};

const formulaTypes: Readonly<Record<string, PropertyType>> = {
  number: propertyTypes.number,
  boolean: propertyTypes.checkbox,
  date: propertyTypes.date,
  datetime: propertyTypes.datetime,
};

/** The property type of a field; of a formula that of its result. */
export function propertyTypeOf({ type, options }: Field): PropertyType {
  return (type === 'formula' ? formulaTypes[String(options.result)] : undefined) ?? propertyTypes[type];
}

/** The keys that every record has beside its properties; a field of such a name cannot be reached through this API. */
export const builtInKeys: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);

/** The property of this display name; undefined when there is none that clients may see. */
export function propertyOf(fieldByName: ReadonlyMap<string, Field>, name: string): Field | undefined {
  return builtInKeys.has(name) ? undefined : fieldByName.get(name);
}

/** How stored values of a field are shown; null: as they are. */
export function readerOf(field: Field): ReadValue | null {
  return propertyTypes[field.type].readerOf?.(field) ?? readValueOf(field);
}
