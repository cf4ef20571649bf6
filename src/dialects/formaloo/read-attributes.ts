/** Attributes in a body, each read by its kind. Everything that is wrong with them is told at once; unknown keys are ignored. */
import { AppError, type ErrorCode, type Issue } from '../../core/errors.ts';
import { type Json, Refusal } from '../../core/fields/field-type.ts';
import type { AttributeKind } from './attributes.ts';
import type { Body } from './read-body.ts';

export interface ReadAttributes {
  readonly values: Readonly<Record<string, Json>>;
  readonly issues: readonly Issue[];
}

/** The attributes that were sent. `null` is the wish for the default. */
export function readAttributes(
  body: Body,
  attributes: Readonly<Record<string, { readonly kind: AttributeKind }>>,
): ReadAttributes {
  const values: Record<string, Json> = {};
  const issues: Issue[] = [];
  for (const [name, { kind }] of Object.entries(attributes)) {
    if (!Object.hasOwn(body, name)) continue;
    const sent = body[name];
    const value = sent === null ? null : kind(sent);
    if (value instanceof Refusal) issues.push(issueOf(name, value.message));
    else values[name] = value;
  }
  return { values, issues };
}

export function issueOf(field: string, message: string, code: ErrorCode = 'body_invalid'): Issue {
  return { field, code, message };
}

export function refuse(issues: readonly Issue[]): void {
  const [first] = issues;
  if (first !== undefined) throw new AppError('body_invalid', `${first.field}: ${first.message}`, { issues });
}

export function refused(field: string, message: string, code: ErrorCode = 'body_invalid'): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [issueOf(field, message, code)] });
}

/** Memory with these values in it; null forgets. */
export function merged(
  memory: Readonly<Record<string, Json>>,
  values: Readonly<Record<string, Json>>,
): Record<string, Json> {
  const next: Record<string, Json> = { ...memory };
  for (const [name, value] of Object.entries(values)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return next;
}
