/** Links to records of a table, through a join table. The value is the ids, ascending, each once; `[]` when there are none. */

import { AppError } from '../../errors.ts';
import { type Static, Type } from '../../schema.ts';
import { type Field, type FieldType, type Json, Refusal } from '../field-type.ts';
import { noLinks, readRecordIds } from '../read-record-ids.ts';

const id = (description: string) => Type.String({ pattern: '^[0-9A-Za-z]{1,32}$', description });
const cardinality = (description: string) =>
  Type.Optional(Type.Union([Type.Literal('one'), Type.Literal('many')], { default: 'many', description }));

/** `inverse_name` is only asked when the field is made; `inverse`, `link` and `side` are only shown. */
const options = Type.Object(
  {
    target: Type.Optional(id('Table whose records are linked.')),
    cardinality: cardinality('How many records one record links to.'),
    inverse_cardinality: cardinality('How many records link to one record of the target.'),
    inverse_name: Type.Optional(
      Type.String({ description: 'Name of the field that shows the same links from the target.' }),
    ),
    inverse: Type.Optional(Type.Union([id('Field that shows the same links from the target.'), Type.Null()])),
    link: Type.Optional(id('Join table.')),
    side: Type.Optional(
      Type.Union([Type.Literal('a'), Type.Literal('b')], {
        description: 'Column of the join table that names our record.',
      }),
    ),
  },
  { additionalProperties: false },
);

const onlyOne = new Refusal('must name at most one record');

function isSingle(field: Field): boolean {
  return field.options.cardinality === 'one';
}

export const relationType: FieldType<typeof options> = {
  name: 'relation',
  storage: 'links',
  comparison: 'links',
  options,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: false,
  refersTo: 'records',
  isStoredAsIs: false,
  completeOptions(given: Static<typeof options>): Record<string, Json> | Refusal {
    return given.target === undefined ? new Refusal('target must be the id of a table') : { ...given };
  },
  parse(input, field) {
    const ids = readRecordIds(input);
    return !(ids instanceof Refusal) && ids.length > 1 && isSingle(field) ? onlyOne : ids;
  },
  toStored() {
    throw new AppError('internal_error', undefined, { internal: 'a relation has no column' });
  },
  fromStored: () => noLinks(),
  toText: (value) => (Array.isArray(value) ? value.join(', ') : ''),
  example: (field) => (isSingle(field) ? [1] : [1, 2]),
  jsonSchema: (field) => ({
    type: 'array',
    items: { type: 'integer', minimum: 1 },
    uniqueItems: true,
    ...(isSingle(field) ? { maxItems: 1 } : {}),
  }),
};
