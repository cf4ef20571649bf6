/** The properties of a collection with sample values by type, and sample records made of them (wire/adalo.md §9). */
import { type Field, type Json, Refusal } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import { parseFieldValue } from '../../core/fields/parse-value.ts';
import { builtInKeys, type PropertyTypeName, propertyTypeOf } from './fields.ts';
import { shownFields } from './render.ts';

export interface PanelProperty {
  readonly name: string;
  readonly type: PropertyTypeName | 'ID';
  readonly sample: Json;
  /** Ignored in what is written. */
  readonly is_read_only: boolean;
  /** Never in what is read. */
  readonly is_write_only: boolean;
}

const sampleStamp = '2019-08-24T14:15:22.000Z';

/** In the order of the collection, between the keys that every record has. */
export function propertiesOf(fields: readonly Field[]): PanelProperty[] {
  const stamp = (name: string): PanelProperty => {
    return { name, type: 'Date & Time', sample: sampleStamp, is_read_only: true, is_write_only: false };
  };
  return [
    { name: 'id', type: 'ID', sample: 1, is_read_only: true, is_write_only: false },
    ...fields
      .filter((field) => !builtInKeys.has(field.name))
      .map((field): PanelProperty => {
        const { isReadOnly, isHidden } = fieldTypes[field.type];
        const type = propertyTypeOf(field);
        return {
          name: field.name,
          type: type.name,
          sample: type.sample(field),
          is_read_only: isReadOnly,
          is_write_only: isHidden,
        };
      }),
    stamp('created_at'),
    stamp('updated_at'),
  ];
}

/** A record as it is read. */
export function recordSample(fields: readonly Field[]): { [key: string]: Json } {
  return Object.fromEntries([
    ['id', 1],
    ...shownFields(fields).map((field) => [field.name, propertyTypeOf(field).sample(field)]),
    ['created_at', sampleStamp],
    ['updated_at', sampleStamp],
  ]) as { [key: string]: Json };
}

/** What can be pasted and sent: values that their properties accept, and no links to records that may not be there. */
export function bodySample(fields: readonly Field[]): { [key: string]: Json } {
  const writable = fields.filter((field) => !fieldTypes[field.type].isReadOnly && !builtInKeys.has(field.name));
  return Object.fromEntries(writable.map((field) => [field.name, acceptedSample(field)]));
}

function acceptedSample(field: Field): Json {
  const { refersTo, example } = fieldTypes[field.type];
  if (refersTo !== undefined) return refersTo === 'records' ? [] : null;
  const sample = propertyTypeOf(field).sample(field);
  if (!(parseFieldValue(field, sample) instanceof Refusal)) return sample;
  const own = example(field);
  return parseFieldValue(field, own) instanceof Refusal ? null : own;
}
