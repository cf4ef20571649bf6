/**
 * The token of one showing of a form: whatever is sent with it twice is kept once, and it tells when the form was opened. The
 * server signs it for this form, so that nobody can say that they opened it later than they did.
 */
import type { Core } from '../../../core/context.ts';
import { newId } from '../../../core/ids.ts';
import type { Form } from '../form.ts';

const tokenForm = /^(([0-9a-z]{1,9})-[0-9A-Za-z]{16})-([-_0-9A-Za-z]{43})$/;

export interface Token {
  readonly text: string;
  /** When the form was opened. */
  readonly openedAt: number;
}

export function newToken(core: Core, form: Form): Token {
  const openedAt = core.clock.now();
  const own = `${openedAt.toString(36)}-${newId()}`;
  return { text: `${own}-${core.secrets.signPage(signedText(form, own))}`, openedAt };
}

/** Null for what is no token of this form. */
export function readToken(core: Core, form: Form, sent: string | undefined): Token | null {
  const [text = '', own = '', openedAt = '', signature = ''] = tokenForm.exec(sent ?? '') ?? [];
  if (text === '' || !core.secrets.isPageSignature(signedText(form, own), signature)) return null;
  return { text, openedAt: Number.parseInt(openedAt, 36) };
}

function signedText({ table }: Form, own: string): string {
  return `${table.id} ${own}`;
}
