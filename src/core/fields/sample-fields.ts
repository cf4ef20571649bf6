/** Fields for tests: one or more of every type, with options as `validateOptions` completes them. */
import type { Field, FieldTypeName, Json } from './field-type.ts';
import { fieldTypeNames } from './field-type.ts';
import { validateOptions } from './parse-value.ts';

export function sampleField(type: FieldTypeName, options: Record<string, unknown> = {}): Field {
  return {
    id: 'fie1dfie1dfie1d0',
    tableId: 'tab1etab1etab1e0',
    name: 'Sample',
    type,
    options: validateOptions(type, options) as Readonly<Record<string, Json>>,
    isRequired: false,
    isUnique: false,
    isIndexed: false,
    position: 0,
    defaultValue: null,
    foreign: {},
    column: 'f_sample',
    slot: 5,
  };
}

const choices = [
  { id: 'aaaaaaaa', name: 'Red' },
  { id: 'bbbbbbbb', name: 'red' },
  { id: 'cccccccc', name: 'Deep blue', color: '#0000AA' },
  { id: 'dddddddd', name: 'constructor' },
  { id: 'eeeeeeee', name: '12' },
];

const variants: Partial<Record<FieldTypeName, readonly Record<string, unknown>[]>> = {
  text: [{}, { min_length: 3, max_length: 5 }, { max_length: 2 }, { pattern: '[a-z]+' }, { pattern: '[A-Z]{2}-\\d+' }],
  long_text: [{}, { min_length: 20 }],
  number: [{}, { precision: 0 }, { precision: 3, min: -5, max: 5 }, { min: 1000 }, { max: -0.5 }, { precision: 10 }],
  percent: [{}, { precision: 1 }],
  currency: [{}, { code: 'EUR', precision: 0 }, { min: 0 }],
  rating: [{}, { max: 10 }, { max: 1 }],
  autonumber: [{}, { prefix: 'INV-' }, { digits: 5 }, { prefix: '2026 ', digits: 3 }],
  date: [{}, { format: 'eu' }, { format: 'us' }],
  datetime: [{}, { format: 'eu' }, { format: 'us' }],
  single_select: [{ choices }, { choices: [{ name: 'made' }, { name: 'up, now' }] }],
  multi_select: [{ choices }, { choices, min_choices: 2 }, { choices: [{ name: 'Yes, always' }, { name: 'No' }] }],
  file: [{}, { multiple: true }, { multiple: true, files_max: 2 }, { is_private: true, extensions: ['pdf'] }],
  image: [{}, { multiple: true }],
  formula: [
    { expression: '1', result: 'number' },
    { expression: '{Name}', result: 'text' },
    { expression: 'TRUE', result: 'boolean' },
    { expression: 'TODAY()', result: 'date' },
    { expression: 'NOW()', result: 'datetime' },
  ],
  relation: [
    { target: 'tab1etab1etab1e0', cardinality: 'many' },
    { target: 'tab1etab1etab1e0', cardinality: 'one', inverse: null, link: 'a', side: 'a' },
  ],
};

/** Every type in every variant of its options that changes how values are read. */
export const sampleFields: readonly Field[] = fieldTypeNames.flatMap((type) =>
  (variants[type] ?? [{}]).map((options) => sampleField(type, options)),
);
