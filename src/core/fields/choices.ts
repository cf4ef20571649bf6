/**
 * The choices of the two select types. Columns hold choice ids, so renaming a choice touches no record; people and APIs see names.
 */

import { randomBase62 } from '../ids.ts';
import { type Static, Type } from '../schema.ts';
import { type Field, type Json, Refusal } from './field-type.ts';
import { problemOfText } from './read-text.ts';

export const choicesMax = 10_000;
const nameLengthMax = 255;
const idLength = 8;

const choice = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[0-9A-Za-z]{8}$',
        description: 'Made by the server when absent; keeps its values when renamed.',
      }),
    ),
    name: Type.String({ minLength: 1, maxLength: nameLengthMax }),
    color: Type.Optional(Type.String({ pattern: '^#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$' })),
    foreign: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'What dialects remember about the choice.' }),
    ),
  },
  { additionalProperties: false },
);

export const selectOptionProperties = {
  choices: Type.Optional(Type.Array(choice, { maxItems: choicesMax, default: [] })),
  allow_new: Type.Optional(Type.Boolean({ description: 'Writing an unknown name adds it to the choices.' })),
};

/** A choice as a field's options hold it. */
export type Choice = Static<typeof choice> & { readonly id: string };

/** Trims names, gives ids to new choices, and refuses names and ids that occur twice. */
export function completeChoices(choices: readonly Static<typeof choice>[]): Choice[] | Refusal {
  const names = new Set<string>();
  const ids = new Set<string>(choices.flatMap((one) => one.id ?? []));
  if (ids.size < choices.filter((one) => one.id !== undefined).length)
    return new Refusal('choices must have different ids');
  const completed: Choice[] = [];
  for (const one of choices) {
    const name = one.name.trim();
    if (name === '') return new Refusal('choices must have names that are not blank');
    if (names.has(name)) return new Refusal(`choices must have different names: ${JSON.stringify(name)} occurs twice`);
    names.add(name);
    completed.push({ ...one, id: one.id ?? newChoiceId(ids), name });
  }
  return completed;
}

function newChoiceId(taken: Set<string>): string {
  let id = randomBase62(idLength);
  while (taken.has(id)) id = randomBase62(idLength);
  taken.add(id);
  return id;
}

/**
 * Gives choices sent without an id the id that the choice of the same name has now, so that sending a list of names again
 * keeps the values of records.
 */
export function keepChoiceIds(now: readonly Choice[], next: readonly Static<typeof choice>[]): Static<typeof choice>[] {
  const idByName = new Map(now.map((one) => [one.name, one.id]));
  const sent = new Set(next.map((one) => one.id));
  return next.map((one) => {
    const id = one.id ?? idByName.get(one.name.trim());
    return id === undefined || (one.id === undefined && sent.has(id)) ? one : { ...one, id };
  });
}

/** The choices of a select field, in their order. */
export function choicesOf(field: Field): readonly Choice[] {
  const { choices } = field.options;
  return Array.isArray(choices) ? (choices as unknown as Choice[]) : [];
}

export interface ChoiceLookup {
  readonly idByName: ReadonlyMap<string, string>;
  readonly nameById: ReadonlyMap<string, string>;
  readonly nameByLowerCase: ReadonlyMap<string, string>;
  /** Most commas in one name: how far a name may reach in a comma list. */
  readonly commasMax: number;
  readonly refusal: Refusal;
}

/** By options object: the catalog makes a new one whenever a field changes. */
const lookups = new WeakMap<Field['options'], ChoiceLookup>();
const namesShownMax = 10;

export function lookupOf(field: Field): ChoiceLookup {
  const known = lookups.get(field.options);
  if (known !== undefined) return known;
  const choices = choicesOf(field);
  const names = choices.map((one) => one.name);
  const shown = names.slice(0, namesShownMax).map((name) => JSON.stringify(name));
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : '';
  const made: ChoiceLookup = {
    idByName: new Map(choices.map((one) => [one.name, one.id])),
    nameById: new Map(choices.map((one) => [one.id, one.name])),
    // Reversed, so that of two names that differ only by case the first one wins.
    nameByLowerCase: new Map(names.toReversed().map((name) => [name.toLowerCase(), name])),
    commasMax: Math.max(0, ...names.map((name) => name.split(',').length - 1)),
    refusal: new Refusal(names.length === 0 ? 'has no choices yet' : `must be one of ${shown.join(', ')}${more}`),
  };
  lookups.set(field.options, made);
  return made;
}

/** The name of the choice meant by a name (any case) or an id; undefined when there is none. */
export function findChoice(text: string, lookup: ChoiceLookup): string | undefined {
  if (lookup.idByName.has(text)) return text;
  return lookup.nameById.get(text) ?? lookup.nameByLowerCase.get(text.toLowerCase());
}

/** Names in a comma list; one that itself holds commas is taken before its parts. Pieces that name nothing stay as they are. */
export function splitNames(text: string, lookup: ChoiceLookup): string[] {
  const pieces = text.split(',', choicesMax);
  const names: string[] = [];
  for (let at = 0; at < pieces.length; ) {
    let end = Math.min(pieces.length, at + lookup.commasMax + 1);
    let name = pieces.slice(at, end).join(',').trim();
    while (end > at + 1 && findChoice(name, lookup) === undefined) {
      end -= 1;
      name = pieces.slice(at, end).join(',').trim();
    }
    if (name !== '') names.push(name);
    at = end;
  }
  return names;
}

/**
 * Texts in the input that name no choice of the field yet, for fields that may gain choices by writing (`allow_new`);
 * the writer adds them with `addChoices` and then parses against the new field.
 */
export function newChoiceNames(field: Field, input: unknown): string[] {
  const lookup = lookupOf(field);
  const isList = field.type === 'multi_select';
  const texts = Array.isArray(input)
    ? input
    : isList && typeof input === 'string'
      ? splitNames(input, lookup)
      : [input];
  const names = new Map<string, string>();
  for (const text of texts) {
    if (typeof text !== 'string' && typeof text !== 'number') continue;
    const name = String(text).trim();
    if (name === '' || name.length > nameLengthMax || problemOfText(name) !== null) continue;
    // As `parse` will find it: a second spelling of a name finds the choice made for the first.
    const key = name.toLowerCase();
    if (findChoice(name, lookup) === undefined && !names.has(key)) names.set(key, name);
  }
  return [...names.values()];
}

/** Options with choices of these names added at the end. */
export function addChoices(options: Field['options'], names: readonly string[]): Record<string, Json> {
  const { choices } = options;
  const now = Array.isArray(choices) ? choices : [];
  const ids = new Set(now.map((one) => (one as unknown as Choice).id));
  return { ...options, choices: [...now, ...names.map((name) => ({ id: newChoiceId(ids), name }))] };
}

/** JSON Schema of one name. Long lists stay out of the document. */
export function choiceSchema(field: Field): Record<string, unknown> {
  const names = choicesOf(field).map((one) => one.name);
  return names.length > 0 && names.length <= 200 ? { type: 'string', enum: names } : { type: 'string' };
}
