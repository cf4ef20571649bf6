/** Instants in this dialect: ISO 8601 with microseconds (wire/formaloo.md §1). */
import { toIso } from '../../core/clock.ts';

/** From the core's text form, which has milliseconds: `…T09:07:11.042Z` → `…T09:07:11.042000Z`. */
export function microseconds(iso: string): string {
  return `${iso.slice(0, -1)}000Z`;
}

export function instantOf(ms: number): string {
  return microseconds(toIso(ms));
}
