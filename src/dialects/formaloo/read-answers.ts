/**
 * The answers in a flat body, by slug or by alias (wire/formaloo.md §6). Keys that name no field, or one that the sender may
 * not fill in, are left out without a word; nothing here is written.
 */
import type { Core } from '../../core/context.ts';
import { AppError, type Issue } from '../../core/errors.ts';
import { type Field, Refusal } from '../../core/fields/field-type.ts';
import { fieldTypes } from '../../core/fields/index.ts';
import type { Grant } from '../../core/keys/scopes.ts';
import {
  draftOf,
  type MayBeEmpty,
  type RecordInput,
  throwIssues,
  type WriteMode,
} from '../../core/records/read-input.ts';
import { answerReaderOf, type FindRow } from './answer-readers.ts';
import { boolean } from './attributes.ts';
import type { AnswerField, Form, FormField } from './form.ts';
import { placesReady } from './places.ts';
import type { Body } from './read-body.ts';

export interface Answers {
  readonly input: RecordInput;
  /** What is wrong with them so far. */
  readonly issues: readonly Issue[];
  /** The answers as they were sent, by field id. */
  readonly sent: ReadonlyMap<string, unknown>;
  /** The key under which errors of a field are told: the one that the client used. */
  keyOf(fieldId: string): string | undefined;
}

export interface AnswerOptions {
  /** Sent by anybody who has the form: fields of its staff are not theirs to fill in. */
  readonly isPublic: boolean;
}

/** Keys that mean something to the endpoint and are never fields (wire/formaloo.md §6). */
const reserved: ReadonlySet<string> = new Set([
  'submit_by_alias',
  'submit_code',
  'submit_time',
  'sumbit_time',
  'recaptcha_value',
  'submitter_referer_address',
  'submitter_ip_address',
  'uuid',
  'code',
  'email_uuid',
  'email_code',
  'phone_verification_state',
  'email_verification_state',
  'status',
  'row_tags',
]);

/** A promise only where cities or other tables have to be loaded first. */
export function readAnswers(core: Core, form: Form, body: Body, options: AnswerOptions): Answers | Promise<Answers> {
  const places = placesReady(form);
  if (places === undefined && form.table.relations.length === 0) return answersIn(form, body, options, noRows);
  return Promise.all([rowFinder(core, form), places]).then(([find]) => answersIn(form, body, options, find));
}

function answersIn(form: Form, body: Body, options: AnswerOptions, find: FindRow): Answers {
  const isByAlias = boolean(body.submit_by_alias) === true;
  const keys = isByAlias ? form.byAlias : form.bySlug;
  const input: [Field, unknown][] = [];
  const issues: Issue[] = [];
  const sent = new Map<string, unknown>();
  for (const key of Object.keys(body)) {
    const entry = reserved.has(key) ? undefined : keys.get(key);
    if (entry === undefined || !isFillable(entry, options)) continue;
    const { field } = entry;
    sent.set(field.id, body[key]);
    const value = answerReaderOf(entry)(body[key], find);
    if (value instanceof Refusal) {
      issues.push({ field: field.name, fieldId: field.id, code: 'value_invalid', message: value.message });
    } else {
      input.push([field, value]);
    }
  }
  return {
    input,
    issues,
    sent,
    keyOf(fieldId) {
      const entry = form.byFieldId.get(fieldId);
      return isByAlias ? (entry?.alias ?? entry?.slug) : entry?.slug;
    },
  };
}

function isFillable(entry: FormField, { isPublic }: AnswerOptions): entry is AnswerField {
  if (entry.field === null || fieldTypes[entry.field.type].isReadOnly) return false;
  return !isPublic || !(entry.isAdminOnly || entry.isReadOnly);
}

const noRows: FindRow = () => null;

/** Tables that relations of the form lead to are loaded before answers are read. */
async function rowFinder(core: Core, form: Form): Promise<FindRow> {
  const numbers = new Map<string, number>();
  for (const { options } of form.table.relations) {
    const table = await core.catalog.table(String(options.target));
    if (table !== undefined) numbers.set(table.id, table.number);
  }
  return (tableId, slug) => core.secrets.slugs.decodeIn(numbers.get(tableId) ?? -1, slug);
}

/**
 * Refuses answers that are already known to be wrong, together with everything that the core finds wrong with the rest, so
 * that the sender is told once about all of it.
 */
export function refuseWrong(answers: Answers, form: Form, mode: WriteMode, grant: Grant, mayBeEmpty: MayBeEmpty): void {
  if (answers.issues.length === 0) return;
  const issues = [...answers.issues];
  draftOf(form.table, answers.input, mode, grant, '', issues, mayBeEmpty);
  throwIssues(issues);
}

/**
 * Without the refusals of choices: an update with a label in place of a slug is answered as if it had not been sent
 * (wire/formaloo.md §7).
 */
export function ignoringLabels(form: Form, answers: Answers): Answers {
  const issues = answers.issues.filter(({ fieldId }) => form.byFieldId.get(fieldId ?? '')?.kind.hasChoices !== true);
  return { ...answers, issues };
}

/** Runs a write; fields that it refuses are named by the client's own keys. */
export async function namingKeys<T>(answers: Answers, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw namedByKeys(answers, error);
  }
}

/** The refusal with its fields named by the client's own keys; any other error as it is. */
export function namedByKeys(answers: Answers, error: unknown): unknown {
  if (!(error instanceof AppError) || error.issues.length === 0) return error;
  const issues = error.issues.map((issue): Issue => {
    const key = issue.fieldId === undefined ? undefined : answers.keyOf(issue.fieldId);
    return key === undefined ? issue : { ...issue, field: key };
  });
  return new AppError(error.code, error.message, { issues });
}
