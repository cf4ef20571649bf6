/**
 * Rows as JSON text (wire/formaloo.md §7). Most of a row's text is the same for all rows of its form: it is put together
 * once per version of the table, and a row adds its values.
 */
import type { Core } from '../../core/context.ts';
import { perObject } from '../../core/per-object.ts';
import type { StoredRow } from '../../core/records/query.ts';
import { createdAt, type Links, recordId, updatedAt } from '../../core/records/record-view.ts';
import type { SubmissionRow } from '../../core/system-rows.ts';
import type { AnswerField, Form } from './form.ts';
import { microseconds } from './instants.ts';
import { itemsOf } from './matrix.ts';
import { textOrNull } from './memory.ts';
import { isPersonField, type LinkedRow, type RowContext } from './row-context.ts';
import { namesOf, newNames, noNames, type RowNames } from './row-names.ts';
import { type ValueWriter, valueWriterOf } from './values.ts';

export interface RowShape {
  /** `rendered_data` as a map by field slug, as older versions list it. */
  readonly isMap?: boolean;
  /** JSON text of `form`; without: the form's slug. */
  readonly form?: string;
  /** Of the one row that is rendered, where they are known already. */
  readonly names?: RowNames;
  /** Members to add at the end, as `,"key":value`. */
  readonly extra?: string;
  /** Code of a draft: what is rendered has no number yet. */
  readonly draft?: string;
}

interface Part {
  readonly entry: AnswerField;
  /** `,"slug":`, without the comma at the beginning. */
  readonly dataKey: string;
  /** `,"Title":`, without the comma at the beginning. */
  readonly readableKey: string;
  /** `,{"slug":…,"value":`, after the end of the one before. */
  readonly before: string;
  /** The same where rows are rendered as a map by slug. */
  readonly mapBefore: string;
  /** Null where the value has to be looked up. */
  readonly write: ValueWriter | null;
}

interface CompiledForm {
  readonly parts: readonly Part[];
  /** `,"json_key":…}` of the last part. */
  readonly end: string;
  readonly slugText: string;
  readonly hasTracking: boolean;
  readonly tags: ReadonlyMap<string, string>;
}

const compiledOf = perObject(compile);

function compile(form: Form): CompiledForm {
  const titles = new Set<string>();
  const tags = itemsOf(form.memory.row_tags);
  const { parts, end } = partsOf(form, titles);
  return {
    parts,
    end,
    slugText: JSON.stringify(form.slug),
    hasTracking: form.memory.show_submit_tracking_code === true,
    tags: new Map(tags.map((tag) => [textOrNull(tag.slug) ?? '', JSON.stringify(tag)])),
  };
}

/** What stands between two values is one text. */
function partsOf(form: Form, titles: Set<string>): Pick<CompiledForm, 'parts' | 'end'> {
  let end = '';
  const parts = form.answers.map((entry, index): Part => {
    const { dataKey, readableKey, before, after, write } = textsOf(entry, index, titles);
    const comma = index === 0 ? '' : ',';
    const part = {
      entry,
      dataKey: `${comma}${dataKey}`,
      readableKey: `${comma}${readableKey}`,
      before: `${end}${comma}${before}`,
      mapBefore: `${end}${comma}${dataKey}${before}`,
      write,
    };
    end = after;
    return part;
  });
  return { parts, end };
}

function textsOf(entry: AnswerField, index: number, titles: Set<string>) {
  const { slug, kind, title, alias, memory, isAdminOnly, field } = entry;
  // Two fields of one title still have two places among the readable values.
  let readable = title;
  for (let number = 2; titles.has(readable); number += 1) readable = `${title} (${number})`;
  titles.add(readable);
  const { max_length: length, min, max } = field.options;
  const limits = {
    ...(typeof length === 'number' ? { max_length: length } : {}),
    ...(typeof min === 'number' ? { min_value: min } : {}),
    ...(typeof max === 'number' ? { max_value: max } : {}),
  };
  const head = JSON.stringify({ slug, type: kind.name, title, alias });
  const tail = JSON.stringify({
    json_key: textOrNull(memory.json_key),
    json_value: null,
    position: index + 1,
    admin_only: isAdminOnly,
    ...limits,
  });
  return {
    dataKey: `${JSON.stringify(slug)}:`,
    readableKey: `${JSON.stringify(readable)}:`,
    before: `${head.slice(0, -1)},"value":`,
    after: `,${tail.slice(1)}`,
    write: field.slot < 0 || isPersonField(entry) ? null : valueWriterOf(entry),
  };
}

const noTrace = '"submitter_referer_address":null,"submit_time":null,"sumbit_time":null,"create_type":"api"';

/** Members that no row of ours has a value for. */
const constants =
  '"pdf_link":null,"deleted":false,"user":null,"calculation_score":null,"phone_verification_state":null,' +
  '"email_verification_state":null,"upvotes_count":0,"downvotes_count":0,"votes_count":0,"vote_count":0';

export function renderRow(
  core: Core,
  form: Form,
  row: StoredRow,
  links: Links,
  context: RowContext,
  shape: RowShape = {},
): string {
  const names = shape.names ?? newNames(core, form, recordId(row));
  return rowText(core, form, compiledOf(form), row, names, links, context, shape);
}

/** The text of each row; with a comma before all but the first. */
export function renderRows(
  core: Core,
  form: Form,
  rows: readonly StoredRow[],
  links: Links,
  context: RowContext,
  shape: Omit<RowShape, 'names'> = {},
): string[] {
  const names = namesOf(core, form, rows.map(recordId));
  const made = compiledOf(form);
  return rows.map((row, index) => {
    const text = rowText(core, form, made, row, names[index] ?? noNames, links, context, shape);
    return index === 0 ? text : `,${text}`;
  });
}

function rowText(
  core: Core,
  form: Form,
  made: CompiledForm,
  row: StoredRow,
  names: RowNames,
  links: Links,
  context: RowContext,
  shape: RowShape,
): string {
  const id = recordId(row);
  const { data, rendered, readable } = answersText(made, row, links, context, shape.isMap === true);
  const { draft } = shape;
  const submission = context.submissions.get(id);
  const code = draft ?? submission?.code ?? names.code;
  const tracking =
    made.hasTracking && draft === undefined ? `"${core.secrets.submissionCodes.track(form.table.number, id)}"` : 'null';
  const shownId = draft === undefined ? id : null;
  return (
    `{"id":${shownId},"slug":"${draft ?? names.slug}","status":"${draft === undefined ? 'submit' : 'draft'}","form":${shape.form ?? made.slugText},"data":${data},` +
    `"rendered_data":${rendered},"readable_data":${readable},` +
    `"submit_code":"${code}","tracking_code":${tracking},"submit_number":${shownId},` +
    `"created_at":"${microseconds(createdAt(row))}","updated_at":"${microseconds(updatedAt(row))}",` +
    `${besideText(id, submission, context, made)}${shape.extra ?? ''}}`
  );
}

/** Of most rows: nothing was kept beside them. */
const bare = `"row_tags":[],${noTrace},${constants}`;

function besideText(
  id: number,
  submission: SubmissionRow | undefined,
  context: RowContext,
  { tags }: CompiledForm,
): string {
  const own = context.tags.get(id);
  if (own === undefined && submission === undefined) return bare;
  return `${tagsText(own, tags)},${traceText(submission)},${constants}`;
}

/** The answers of a row in their three forms, as JSON text. */
interface AnswersText {
  readonly data: string;
  readonly rendered: string;
  readonly readable: string;
}

export function renderAnswers(form: Form, row: StoredRow, links: Links, context: RowContext): AnswersText {
  return answersText(compiledOf(form), row, links, context, false);
}

function answersText(
  { parts, end }: CompiledForm,
  row: StoredRow,
  links: Links,
  context: RowContext,
  isMap: boolean,
): AnswersText {
  let data = '{';
  let rendered = isMap ? '{' : '[';
  let readable = '{';
  for (const part of parts) {
    const { write } = part;
    let raw = 'null';
    let value = 'null';
    if (write === null) [raw, value] = lookedUp(part.entry, row, links, context);
    else {
      const stored = row[part.entry.field.slot] ?? null;
      if (stored !== null) {
        raw = write.raw(stored);
        value = write.value === null ? raw : write.value(stored);
      }
    }
    data += part.dataKey + raw;
    readable += part.readableKey + value;
    rendered += `${isMap ? part.mapBefore : part.before}${value},"raw_value":${raw}`;
  }
  return { data: `${data}}`, rendered: `${rendered}${end}${isMap ? '}' : ']'}`, readable: `${readable}}` };
}

function traceText(submission: SubmissionRow | undefined): string {
  if (submission === undefined) return noTrace;
  const { referer, duration, origin } = submission;
  const time = JSON.stringify(duration);
  return (
    `"submitter_referer_address":${JSON.stringify(referer)},"submit_time":${time},"sumbit_time":${time},` +
    `"create_type":${JSON.stringify(origin ?? 'api')}`
  );
}

/** Tags that were deleted meanwhile are left out. */
function tagsText(own: readonly string[] | undefined, tags: ReadonlyMap<string, string>): string {
  return `"row_tags":[${(own ?? []).flatMap((slug) => tags.get(slug) ?? []).join()}]`;
}

/** Raw value and value of what names other rows or people. */
function lookedUp(entry: AnswerField, row: StoredRow, links: Links, context: RowContext): [string, string] {
  const { field } = entry;
  if (field.slot >= 0) {
    const id = row[field.slot] ?? null;
    if (id === null) return ['null', 'null'];
    return [JSON.stringify(id), JSON.stringify(context.people.get(String(id)) ?? null)];
  }
  const rows = context.linked.get(field.id);
  const linked = (links.get(field.id)?.get(recordId(row)) ?? []).flatMap((id): LinkedRow[] => {
    const one = rows?.get(id);
    return one === undefined ? [] : [one];
  });
  if (entry.kind.name === 'lookup' && field.options.cardinality === 'one') {
    const [one] = linked;
    return one === undefined ? ['null', 'null'] : [JSON.stringify(one.slug), JSON.stringify(one.title)];
  }
  return [JSON.stringify(linked.map(({ slug }) => slug)), JSON.stringify(linked.map(({ title }) => title))];
}
