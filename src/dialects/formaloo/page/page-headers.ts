/** What browsers may do with a form page: run our one script, frame it where the form allows, and nothing else. */
import { createHash } from 'node:crypto';
import type { Form } from '../form.ts';
import { listOf, objectOf } from '../memory.ts';
import { webAddress } from './html.ts';
import type { Question } from './questions.ts';

const originForm = /^https?:\/\/(?:\*\.)?[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/;

export function pageHeaders(form: Form, questions: readonly Question[], css: string | null): Record<string, string> {
  const { memory } = form;
  const pictures = [
    memory.logo,
    memory.background_image,
    ...questions.flatMap(({ options }) => options.map(({ image }) => image)),
  ];
  // Browsers ask this also of where an answer to the form redirects to.
  const target = originOf(memory.form_redirects_after_submit);
  // Anybody may frame a form, as any page may link to it; a form can name the pages that may.
  const framers = listOf(objectOf(memory.theme_config).frame_ancestors)
    .map(String)
    .filter((one) => originForm.test(one));
  const policy = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", ...(css === null ? [] : [`'sha256-${createHash('sha256').update(css).digest('base64')}'`])],
    'img-src': ["'self'", 'data:', 'blob:', ...new Set(pictures.flatMap((one) => originOf(one) ?? []))],
    'connect-src': ["'self'"],
    'form-action': ["'self'", ...(target === null ? [] : [target])],
    'base-uri': ["'none'"],
    'frame-ancestors': framers.length === 0 ? ['*'] : ["'self'", ...framers],
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map(([name, values]) => `${name} ${values.join(' ')}`)
      .join('; '),
    'content-type': 'text/html; charset=utf-8',
    // It carries a token of its own; going back in the browser shows what was typed all the same.
    'cache-control': 'private, no-cache',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  };
}

function originOf(address: unknown): string | null {
  const href = webAddress(address);
  return href === null ? null : new URL(href).origin;
}
