/** An order that looks random and is the same whenever the same form is shown again: corrected answers stand where they stood. */
import { createHash } from 'node:crypto';
import type { Form } from '../form.ts';
import { type FormPage, type Item, isQuestion, type Option, type Question } from './questions.ts';

/** The pages in the order that the form asks for: its questions within each page, and the choices of a question. */
export function shuffledPages({ memory }: Form, pages: readonly FormPage[], seed: string): readonly FormPage[] {
  return pages.map((page) => {
    const items = page.items.map((item) => (isQuestion(item) ? withShuffledChoices(item, seed) : item));
    return { ...page, items: memory.shuffle_fields === true ? shuffledQuestions(items, seed) : items };
  });
}

/** What is no question keeps its place. */
function shuffledQuestions(items: readonly Item[], seed: string): Item[] {
  const questions = shuffled(items.filter(isQuestion), seed);
  return items.map((item) => (isQuestion(item) ? (questions.shift() ?? item) : item));
}

function withShuffledChoices(question: Question, seed: string): Question {
  if (question.view.shuffle_choices !== true) return question;
  const isLast = ({ slug }: Option) => slug === question.otherSlug;
  const options = shuffled(
    question.options.filter((one) => !isLast(one)),
    seed,
  );
  return { ...question, options: [...options, ...question.options.filter(isLast)] };
}

function shuffled<T extends { readonly slug: string }>(list: readonly T[], seed: string): T[] {
  const key = ({ slug }: T) => createHash('sha256').update(`${seed} ${slug}`).digest('hex');
  return list
    .map((one) => [key(one), one] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
}
