import type { Choice } from '../../core/fields/choices.ts';
import { objectOf, textOrNull } from './memory.ts';

/** Titles of choices may occur twice; names in the core may not. */
export function choiceTitle(choice: Choice): string {
  const memory = objectOf(choice.foreign?.formaloo);
  return memory.named === choice.name ? (textOrNull(memory.title) ?? choice.name) : choice.name;
}
