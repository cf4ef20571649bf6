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

/** How long a form may be filled in, in milliseconds; null: as long as people like. */
export function timeLimitOf({ memory }: Form): number | null {
  if (typeof memory.time_limit !== 'string') return null;
  const [hours = 0, minutes = 0, seconds = 0] = memory.time_limit.split(':').map(Number);
  // A limit of nothing is none.
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 || null;
}

/** What was sent in the last moment is on its way for a while. */
const graceMs = 5_000;

/** `begunAt`: when the answers were begun; null: nobody knows. @throws form_closed */
export function checkTime(form: Form, begunAt: number | null, now: number): void {
  const limit = timeLimitOf(form);
  if (limit === null) return;
  if (begunAt === null) throw new AppError('form_closed', 'This form has a time limit. Please open it again.');
  if (now > begunAt + limit + graceMs) {
    throw new AppError('form_closed', 'The time to fill in this form is over.');
  }
}

function instant(value: unknown, otherwise: number): number {
  return typeof value === 'string' ? Date.parse(value) : otherwise;
}

/** Most submissions that a form takes; null: any number. */
export function limitOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
