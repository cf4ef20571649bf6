/** What a change of a field is in the core: its type and options there, and what is remembered here. */
import { AppError } from '../../core/errors.ts';
import { choicesOf } from '../../core/fields/choices.ts';
import type { FieldTypeName, Json } from '../../core/fields/field-type.ts';
import { choicesFrom, matrixItems, sentItems } from './choice-items.ts';
import { optionLinks } from './field-view.ts';
import type { AnswerField } from './form.ts';
import type { Kind } from './kinds.ts';
import { objectOf, textOrNull } from './memory.ts';
import { refused } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import type { FieldChange, Values } from './read-field.ts';
import type { SettingName } from './settings.ts';

export interface FieldPlan {
  readonly type: FieldTypeName;
  readonly options: Values;
  readonly memory: Values;
}

/** What of a change goes into options of the core, and what into the memory. `own` is the field that is changed. */
export function planOf(kind: Kind, change: FieldChange, body: Body, own: AnswerField | null): FieldPlan {
  const before = own?.memory ?? {};
  const all: Values = { ...before, ...change.memory, ...change.settings };
  const type = own?.field.type ?? coreTypeOf(kind, all);
  const links = optionLinks[type] ?? {};
  const memory: Record<string, Json> = { ...change.memory };
  const options: Record<string, Json> = { ...(own === null ? initialOptions(kind, type) : own.field.options) };
  for (const [name, value] of Object.entries(change.settings)) {
    const link = links[name as SettingName];
    if (link === undefined) memory[name] = value;
    else if (link.option !== '') setOption(options, link.option, link.keep === undefined ? value : link.keep(value));
  }
  if (kind.name === 'rating') rangeOptions(options, memory, type, all);
  if (kind.name === 'variable' && type !== 'formula')
    setOption(options, 'precision', precisionOf(all, options.precision ?? null));
  addChoices(kind, body, all, options, memory, own);
  return { type, options, memory };
}

function setOption(options: Record<string, Json>, name: string, value: Json): void {
  if (value === null) delete options[name];
  else options[name] = value;
}

/** Options that a new field of the type begins with (wire/formaloo.md §5). */
function initialOptions({ name }: Kind, type: FieldTypeName): Values {
  if (name === 'short_text') return { max_length: 255 };
  if (name === 'product') return { precision: 0, min: 0 };
  if (name === 'file') return { bytes_max: 2048 * 1024 };
  return type === 'number' && name === 'rating' ? { precision: 0 } : {};
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  star: [1, 5],
  like_dislike: [-1, 1],
  nps: [0, 10],
  score: [0, 10],
  embeded: [1, 5],
};

function rangeOf(all: Values): readonly [number, number] {
  const [start, end] = ranges[textOrNull(all.sub_type) ?? 'star'] ?? [0, 5];
  return [numberOr(all.range_start, start), numberOr(all.range_end, end)];
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function rangeOptions(
  options: Record<string, Json>,
  memory: Record<string, Json>,
  type: FieldTypeName,
  all: Values,
): void {
  const [start, end] = rangeOf(all);
  if (start >= end) throw refused('range_end', 'must be more than range_start');
  memory.range_start = start;
  memory.range_end = end;
  options.max = end;
  if (type === 'number') options.min = start;
}

function precisionOf(all: Values, before: Json): Json {
  if (all.sub_type === 'decimal') return typeof all.decimal_places === 'number' ? all.decimal_places : before;
  return all.sub_type === 'string' ? null : 0;
}

function coreTypeOf(kind: Kind, all: Values): FieldTypeName {
  if (kind.name === 'rating') {
    const [start, end] = rangeOf(all);
    return start >= 0 && end >= 1 && end <= 100 ? 'rating' : 'number';
  }
  if (kind.name === 'variable') return all.sub_type === 'string' ? 'text' : 'number';
  const [type] = kind.holds;
  if (type === undefined) throw refused('type', 'holds no answers');
  return type;
}

function addChoices(
  kind: Kind,
  body: Body,
  all: Values,
  options: Record<string, Json>,
  memory: Record<string, Json>,
  own: AnswerField | null,
): void {
  const items = sentItems(body, 'choice_items');
  if (kind.name === 'matrix') {
    const groups = sentItems(body, 'choice_groups');
    if (items !== undefined) memory.choice_items = matrixItems(items, own?.memory.choice_items);
    if (groups !== undefined) memory.choice_groups = matrixItems(groups, own?.memory.choice_groups);
    return;
  }
  if (!kind.hasChoices) return;
  if (items !== undefined) options.choices = choicesFrom(items, own?.field ?? null, all.has_other_choice === true);
  else if (memory.has_other_choice === true) {
    const now = own === null ? [] : choicesOf(own.field);
    const kept = now.map(({ id, name, foreign }) => ({ slug: id, title: name, memory: objectOf(foreign?.formaloo) }));
    options.choices = choicesFrom(kept, own?.field ?? null, true);
  }
}

/** Refusals of the core speak of its options; clients sent settings. */
export async function namingSettings<T>(type: FieldTypeName, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof AppError) || error.issues.length === 0) throw error;
    throw new AppError(error.code, error.message, {
      issues: error.issues.map((issue) => ({ ...issue, field: settingOfPath(type, issue.field) })),
    });
  }
}

function settingOfPath(type: FieldTypeName, path: string): string {
  if (path === 'name') return 'title';
  if (!path.startsWith('options.')) return path;
  const option = path.slice('options.'.length).split(/[.[]/, 1)[0];
  if (option === 'choices') return 'choice_items';
  const found = Object.entries(optionLinks[type] ?? {}).find(([, link]) => link.option === option);
  return found?.[0] ?? option ?? path;
}
