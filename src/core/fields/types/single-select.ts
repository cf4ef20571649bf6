/** One of the field's choices: shown by name, stored by id. */
import { type Static, Type } from '../../schema.ts';
import { choiceSchema, choicesOf, completeChoices, findChoice, lookupOf, selectOptionProperties } from '../choices.ts';
import { type FieldType, type Json, Refusal } from '../field-type.ts';
import { readTrimmed } from '../read-text.ts';
import { toPlainText } from '../text-like.ts';

const options = Type.Object(selectOptionProperties, { additionalProperties: false });

export const singleSelectType: FieldType<typeof options> = {
  name: 'single_select',
  storage: 'text',
  comparison: 'option',
  options,
  isReadOnly: false,
  isHidden: false,
  canBeUnique: true,
  isStoredAsIs: false,
  completeOptions(given: Static<typeof options>) {
    const choices = completeChoices(given.choices ?? []);
    return choices instanceof Refusal ? choices : { ...given, choices: choices as unknown as Json };
  },
  parse(input, field) {
    const lookup = lookupOf(field);
    if (typeof input === 'string' && lookup.idByName.has(input)) return input;
    // Clients with one widget for both select types send a list of one.
    const text = readTrimmed(Array.isArray(input) && input.length <= 1 ? input[0] : input);
    if (typeof text !== 'string') return text;
    return findChoice(text, lookup) ?? lookup.refusal;
  },
  toStored: (value, field) => (typeof value === 'string' ? (lookupOf(field).idByName.get(value) ?? null) : null),
  fromStored: (stored, field) => (typeof stored === 'string' ? (lookupOf(field).nameById.get(stored) ?? null) : null),
  toText: toPlainText,
  example: (field) => choicesOf(field)[0]?.name ?? null,
  jsonSchema: choiceSchema,
};
