/** A field as a body describes it: attributes of all fields, settings of its type, its title and alias (wire/formaloo.md §5). */
import type { Issue } from '../../core/errors.ts';
import { type Json, Refusal } from '../../core/fields/field-type.ts';
import { text } from './attributes.ts';
import { coreAttributes, fieldAttributes } from './field-attributes.ts';
import type { Form, FormField } from './form.ts';
import type { Kind } from './kinds.ts';
import { textOrNull } from './memory.ts';
import { issueOf, readAttributes, refuse } from './read-attributes.ts';
import type { Body } from './read-body.ts';
import { settings } from './settings.ts';

/** Attributes or settings by name. */
export type Values = Readonly<Record<string, Json>>;

/** What a body says about a field. */
export interface FieldChange {
  readonly title: string | undefined;
  readonly memory: Values;
  readonly core: Values;
  readonly settings: Values;
}

const titleKind = text(255);
const aliasForm = /^[-\w]{1,255}$/;

/** @throws body_invalid with everything that is wrong */
export function readField(body: Body, kind: Kind, form: Form, own: FormField | null): FieldChange {
  const common = readAttributes(body, fieldAttributes);
  const core = readAttributes(body, coreAttributes);
  const ownSettings = readAttributes(body, Object.fromEntries(kind.settings.map((name) => [name, settings[name]])));
  const issues = [...common.issues, ...core.issues, ...ownSettings.issues];
  const title = Object.hasOwn(body, 'title') ? (titleKind(body.title) ?? '') : undefined;
  if (title instanceof Refusal) issues.push(issueOf('title', title.message));
  const alias = textOrNull(common.values.alias);
  if (alias !== null && alias !== '') issues.push(...aliasIssues(alias, form, own));
  const subType = readSubType(body, kind, issues);
  refuse(issues);
  const memory = { ...common.values, ...subType, ...(alias === '' ? { alias: null } : {}) };
  return { title: title as string | undefined, memory, core: core.values, settings: ownSettings.values };
}

function aliasIssues(alias: string, form: Form, own: FormField | null): Issue[] {
  if (!aliasForm.test(alias)) return [issueOf('alias', 'must have letters, digits, hyphens and underscores only')];
  const holder = form.byAlias.get(alias);
  const isTaken = holder !== undefined && holder.slug !== own?.slug;
  return isTaken ? [issueOf('alias', 'A field with this alias already exists in the form')] : [];
}

function readSubType(body: Body, { subTypes }: Kind, issues: Issue[]): Values {
  const sent = body.sub_type;
  if (subTypes.length === 0 || sent === undefined || sent === null) return {};
  if (typeof sent === 'string' && subTypes.includes(sent)) return { sub_type: sent };
  issues.push(issueOf('sub_type', `must be one of ${subTypes.map((one) => `"${one}"`).join(', ')}`));
  return {};
}
