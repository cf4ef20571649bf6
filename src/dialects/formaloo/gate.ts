/** Whether a form takes submissions from the public now (wire/formaloo.md §6, step 1). */
import { AppError } from '../../core/errors.ts';
import type { Form } from './form.ts';
import type { Body } from './read-body.ts';

/** @throws form_closed */
export function checkOpen({ memory }: Form, body: Body, now: number): void {
  if (memory.active === false) throw new AppError('form_closed', 'This form is not active.');
  if (now < instant(memory.submit_start_time, Number.NEGATIVE_INFINITY)) {
    throw new AppError('form_closed', 'This form does not take submissions yet.');
  }
  if (now > instant(memory.submit_end_time, Number.POSITIVE_INFINITY)) {
    throw new AppError('form_closed', 'This form no longer takes submissions.');
  }
  if (memory.needs_login === true) throw new AppError('form_closed', 'You have to log in to submit this form.');
  if (memory.has_recaptcha === true && (typeof body.recaptcha_value !== 'string' || body.recaptcha_value === '')) {
    throw new AppError('form_closed', 'Please confirm that you are not a robot.');
  }
}

function instant(value: unknown, otherwise: number): number {
  return typeof value === 'string' ? Date.parse(value) : otherwise;
}

/** Most submissions that a form takes; null: any number. */
export function limitOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
