/** What an answer to a field can be chosen from (wire/formaloo.md §5): its choices, places, or rows of the related form. */
import type { Actor, Core } from '../../core/context.ts';
import { choicesOf } from '../../core/fields/choices.ts';
import { Refusal } from '../../core/fields/field-type.ts';
import { type Place, type PlaceList, ranked } from '../../core/geo/places.ts';
import { openTable } from '../../core/permit.ts';
import { countRecords, listRecords } from '../../core/records/list-records.ts';
import { makeFilter } from '../../core/records/make-filter.ts';
import { recordId } from '../../core/records/record-view.ts';
import { choiceTitle } from './choice-title.ts';
import type { AnswerField, FormField } from './form.ts';
import { textOrNull } from './memory.ts';
import { type PageQuery, pageOf } from './pages.ts';
import { placesOf, placesReady } from './places.ts';
import { rowTitleOf, titleFieldOf } from './row-context.ts';

export interface ChoiceObject {
  readonly slug: string;
  readonly title: string;
}

export interface ChoicePage {
  readonly count: number;
  readonly objects: readonly ChoiceObject[];
}

/** One page of the choices that fit the search: an equal title first, then those that begin with it, then the rest. */
export async function choicePage(
  core: Core,
  actor: Actor,
  entry: FormField,
  search: string | undefined,
  slug: string | undefined,
  page: PageQuery,
): Promise<ChoicePage> {
  const { field, kind } = entry;
  if (field?.type === 'relation') return relatedPage(core, actor, { ...entry, field }, search, page);
  const places = placesOf(entry);
  if (places !== null) return placePage(entry, places, search, slug, page);
  const all = kind.name === 'yes_no' ? yesNo : choiceObjects(entry);
  const chosen = slug === undefined ? all : all.filter((one) => one.slug === slug);
  const found = ranked(chosen, ({ title }) => title, search ?? '');
  return { count: found.length, objects: pageOf(found, page) };
}

/** Places come in pages only: all cities of the world are no list to choose from. */
async function placePage(
  entry: FormField,
  places: () => PlaceList,
  search: string | undefined,
  slug: string | undefined,
  { page, size, isWhole }: PageQuery,
): Promise<ChoicePage> {
  await placesReady({ entries: [entry] });
  const show = ({ id, name }: Place) => ({ slug: id, title: name });
  if (slug !== undefined) {
    const place = places().byId(slug);
    return place === undefined ? { count: 0, objects: [] } : { count: 1, objects: [show(place)] };
  }
  const found = places().find({ search });
  const limit = isWhole ? placesMax : size;
  return { count: found.count, objects: found.slice((page - 1) * limit, page * limit).map(show) };
}

/** Places answered to who asks for all at once. */
const placesMax = 1000;

const yesNo: readonly ChoiceObject[] = [
  { slug: 'yes', title: 'yes' },
  { slug: 'no', title: 'no' },
];

function choiceObjects({ field, kind }: FormField): readonly ChoiceObject[] {
  if (field === null || !kind.hasChoices) return [];
  return choicesOf(field).map((choice) => ({ slug: choice.id, title: choiceTitle(choice) }));
}

async function relatedPage(
  core: Core,
  actor: Actor,
  entry: AnswerField,
  search: string | undefined,
  { page, size, isWhole }: PageQuery,
): Promise<ChoicePage> {
  const target = await openTable(core, actor, String(entry.field.options.target));
  const titleSlug = textOrNull(entry.memory.field);
  const titleField = titleFieldOf(target, titleSlug);
  const made =
    search === undefined || titleField === undefined ? undefined : makeFilter(titleField, 'contains', search);
  if (made instanceof Refusal || made?.op === 'never') return { count: 0, objects: [] };
  const filter = made === undefined ? {} : { filter: made };
  const count = await countRecords(core, actor, target, made);
  const limit = isWhole ? 1000 : size;
  const { rows } = await listRecords(
    core,
    actor,
    target,
    { ...filter, limit, start: { offset: (page - 1) * limit } },
    [],
  );
  const titleOf = rowTitleOf(target, titleSlug);
  const objects = rows.map((row) => ({
    slug: core.secrets.slugs.encode(target.number, recordId(row)),
    title: titleOf(row),
  }));
  return { count, objects };
}
