/** How long something lives, as the settings say. */
import type { Core } from '../context.ts';
import { type Keep, keepDefaults } from './keep.ts';

export const dayMs = 24 * 3600 * 1000;

export function keepOf(core: Core): Keep {
  return core.settings.keep ?? keepDefaults;
}

/** What is older than this has passed a life of so many days; null where it is kept for ever. */
export function passedBefore(core: Core, days: number): number | null {
  return days === 0 ? null : core.clock.now() - days * dayMs;
}
