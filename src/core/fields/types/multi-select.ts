/** Any number of the field's choices, in the order sent: shown by name, stored as a JSON list of ids. Never an empty list: that is null. */
import { type Static, Type } from '../../schema.ts';
import {
  choiceSchema,
  choicesMax,
  choicesOf,
  completeChoices,
  findChoice,
  lookupOf,
  selectOptionProperties,
  splitNames,
} from '../choices.ts';
import { type Field, type FieldType, type Json, Refusal } from '../field-type.ts';
import { problemOfText, readTrimmed } from '../read-text.ts';
import { fromStoredJson } from '../stored-form.ts';

const options = Type.Object(
  {
    ...selectOptionProperties,
    min_choices: Type.Optional(
      Type.Integer({ minimum: 0, maximum: choicesMax, description: 'Choices at least, where any are made.' }),
    ),
    max_choices: Type.Optional(Type.Integer({ minimum: 1, maximum: choicesMax })),
  },
  { additionalProperties: false },
);

const tooMany = new Refusal(`must have at most ${choicesMax} entries`);

/** The entries of a list, a comma list or a single value, unchecked. */
function entriesOf(input: unknown, field: Field): readonly unknown[] | Refusal {
  if (Array.isArray(input)) return input.length > choicesMax ? tooMany : input;
  if (input === null || input === undefined) return [];
  if (typeof input !== 'string') return [input];
  const lookup = lookupOf(field);
  return problemOfText(input) ?? (findChoice(input, lookup) === undefined ? splitNames(input, lookup) : [input]);
}

export const multiSelectType: FieldType<typeof options> = {
  name: 'multi_select',
  storage: 'json',
  comparison: 'options',
  options,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: false,
  isStoredAsIs: false,
  completeOptions(given: Static<typeof options>) {
    const { min_choices: min = 0, max_choices: max = choicesMax } = given;
    if (min > max) return new Refusal('min_choices must not be more than max_choices');
    const choices = completeChoices(given.choices ?? []);
    return choices instanceof Refusal ? choices : { ...given, choices: choices as unknown as Json };
  },
  parse(input, field) {
    const entries = entriesOf(input, field);
    if (entries instanceof Refusal) return entries;
    const lookup = lookupOf(field);
    const names = new Set<string>();
    for (const entry of entries) {
      const text = readTrimmed(entry);
      if (text instanceof Refusal) return text;
      if (text === null) continue;
      const name = findChoice(text, lookup);
      if (name === undefined) return lookup.refusal;
      names.add(name);
    }
    if (names.size === 0) return null;
    const { min_choices: min, max_choices: max } = field.options;
    if (typeof min === 'number' && names.size < min) return new Refusal(`must have at least ${min} choices`);
    if (typeof max === 'number' && names.size > max) return new Refusal(`must have at most ${max} choices`);
    return [...names];
  },
  toStored(value, field) {
    if (!Array.isArray(value)) return null;
    const { idByName } = lookupOf(field);
    const ids = value.flatMap((name) => idByName.get(String(name)) ?? []);
    return ids.length === 0 ? null : JSON.stringify(ids);
  },
  fromStored(stored, field) {
    const ids = fromStoredJson(stored);
    if (!Array.isArray(ids)) return null;
    const { nameById } = lookupOf(field);
    const names = ids.flatMap((id) => nameById.get(String(id)) ?? []);
    return names.length === 0 ? null : names;
  },
  toText: (value) => (Array.isArray(value) ? value.join(', ') : ''),
  example(field) {
    const { min_choices: min } = field.options;
    const names = choicesOf(field).slice(0, typeof min === 'number' ? Math.max(1, min) : 1);
    return names.length === 0 ? null : names.map((one) => one.name);
  },
  jsonSchema: (field) => ({ type: 'array', items: choiceSchema(field), uniqueItems: true, minItems: 1 }),
};
