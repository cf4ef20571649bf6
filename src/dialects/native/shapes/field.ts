import type { ConversionReport } from '../../../core/fields/convert-field.ts';
import { type Field, fieldTypeNames, type Json } from '../../../core/fields/field-type.ts';
import { fieldTypes } from '../../../core/fields/index.ts';
import { type Static, Type } from '../../../core/schema.ts';
import { id, name, named, namedBody, nullable } from './parts.ts';

const type = Type.Enum([...fieldTypeNames], { description: 'What its values are.' });
const anyJson = Type.Unsafe<Json>({});
const options = Type.Unsafe<Record<string, Json>>({
  type: 'object',
  description:
    'As the type defines them; a relation takes {target, cardinality, inverse_name, inverse_cardinality}, a formula {expression, precision}.',
});

export const fieldShape = named('Field', {
  id: id(),
  name,
  type,
  options,
  required: Type.Boolean(),
  unique: Type.Boolean({ description: 'No two records hold the same value; can be matched by upsert.' }),
  indexed: Type.Boolean({ description: 'Filters and sorts on it stay fast in large tables.' }),
  default: Type.Unsafe<Json>({ description: 'Given to new records that leave the field out.' }),
  position: Type.Integer(),
});

const traits = {
  options: Type.Optional(options),
  required: Type.Optional(Type.Boolean({ default: false })),
  unique: Type.Optional(Type.Boolean({ default: false })),
  indexed: Type.Optional(Type.Boolean({ default: false })),
  default: Type.Optional(anyJson),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
};

export const fieldInput = namedBody(
  'FieldInput',
  { name, type, ...traits },
  { examples: [{ name: 'Price', type: 'number', options: { precision: 2 }, indexed: true }] },
);

/** Without the defaults of creation: what is left out stays as it is. */
export const fieldPatch = namedBody('FieldPatch', {
  name: Type.Optional(name),
  options: Type.Optional(options),
  required: Type.Optional(Type.Boolean()),
  unique: Type.Optional(Type.Boolean()),
  indexed: Type.Optional(Type.Boolean()),
  default: Type.Optional(anyJson),
  position: traits.position,
});

/** What a relation is to its clients; how it is stored is not theirs. */
const relationOptions = new Set(['target', 'cardinality', 'inverse', 'inverse_cardinality']);

export function fieldView(field: Field): Static<typeof fieldShape> {
  const entries = Object.entries(field.options);
  const isLink = fieldTypes[field.type].storage === 'links';
  return {
    id: field.id,
    name: field.name,
    type: field.type,
    options: isLink ? Object.fromEntries(entries.filter(([key]) => relationOptions.has(key))) : { ...field.options },
    required: field.isRequired,
    unique: field.isUnique,
    indexed: field.isIndexed,
    default: field.defaultValue,
    position: field.position,
  };
}

export const conversionInput = namedBody(
  'Conversion',
  {
    type,
    options: Type.Optional(options),
    allow_loss: Type.Optional(
      Type.Boolean({ default: false, description: 'Values that do not convert become empty instead of stopping it.' }),
    ),
    dry_run: Type.Optional(Type.Boolean({ default: false, description: 'Only report; change nothing.' })),
  },
  { examples: [{ type: 'number', dry_run: true }] },
);

export const conversionShape = named('ConversionReport', {
  dry_run: Type.Boolean(),
  records: Type.Integer(),
  empty: Type.Integer(),
  convertible: Type.Integer(),
  failing: Type.Integer(),
  examples: Type.Array(Type.Object({ id: Type.Integer(), value: Type.String(), reason: Type.String() }), {
    description: 'The first values that do not convert.',
  }),
  field: nullable(fieldShape),
});

export function conversionView(report: ConversionReport, field: Field | null): Static<typeof conversionShape> {
  const { records, empty, convertible, failing, examples } = report;
  return {
    dry_run: field === null,
    records,
    empty,
    convertible,
    failing,
    examples: examples.map((one) => ({ ...one })),
    field: field === null ? null : fieldView(field),
  };
}

export const brokenFormulas = named('BrokenFormulas', {
  broken_formulas: Type.Array(Type.Object({ table: id(), id: id(), name }), {
    description: 'Formula fields that read what was deleted.',
  }),
});
