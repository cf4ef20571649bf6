/**
 * Regular expressions from people, matched in time linear in the text whatever the expression: it runs as a set of states,
 * so nothing backtracks and no pattern of one customer can hold up the server for the others. Back references,
 * look-around and word boundaries are refused.
 */
import { Refusal } from './field-type.ts';

export const patternLengthMax = 500;
const stepsMax = 2_000;

/** True when the whole text matches. */
export type LinearPattern = (text: string) => boolean;

type CharacterTest = (character: string) => boolean;
type Node =
  | { readonly is: 'character'; readonly test: CharacterTest }
  | { readonly is: 'start' }
  | { readonly is: 'end' }
  | { readonly is: 'sequence'; readonly of: readonly Node[] }
  | { readonly is: 'choice'; readonly of: readonly Node[] }
  | { readonly is: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

/** One step of the compiled program; `x` and `y` are the steps that may follow. */
interface Step {
  is: 'character' | 'start' | 'end' | 'split' | 'match';
  test: CharacterTest;
  x: number;
  y: number;
}

/** Compiles; the refusal completes the sentence "pattern …". */
export function compilePattern(source: string): LinearPattern | Refusal {
  if (source.length > patternLengthMax) return new Refusal(`must have at most ${patternLengthMax} characters`);
  try {
    // The engine's own parser says what is well formed, so that the reader below only meets valid syntax.
    new RegExp(source, 'u');
  } catch {
    return new Refusal('must be a valid regular expression');
  }
  const reader = { source, at: 0 };
  const node = readChoice(reader);
  if (node instanceof Refusal) return node;
  const program: Step[] = [];
  if (!emit(node, program, { left: stepsMax }))
    return new Refusal('must repeat less: it is too large when written out');
  program.push({ is: 'match', test: never, x: -1, y: -1 });
  return (text) => run(program, text);
}

interface Reader {
  readonly source: string;
  at: number;
}

function readChoice(reader: Reader): Node | Refusal {
  const choices: Node[] = [];
  for (;;) {
    const sequence = readSequence(reader);
    if (sequence instanceof Refusal) return sequence;
    choices.push(sequence);
    if (reader.source[reader.at] !== '|') return choices.length === 1 ? sequence : { is: 'choice', of: choices };
    reader.at += 1;
  }
}

function readSequence(reader: Reader): Node | Refusal {
  const nodes: Node[] = [];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source.charAt(reader.at))) {
    const node = readAtom(reader);
    if (node instanceof Refusal) return node;
    nodes.push(withQuantifier(node, reader));
  }
  return { is: 'sequence', of: nodes };
}

const groupOpening = /\((?:\?(?::|<\w+>))?(?!\?)/uy;
const escapeForm = /\\(?:u\{[\da-f]+\}|u[\da-f]{4}(?:\\u[\da-f]{4})?|x[\da-f]{2}|c[a-z]|[pP]\{[^}]*\}|.)/iuy;
const characterClass = /\[(?:\\.|[^\]\\])*\]/suy;
const quantifier = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/uy;

function readAtom(reader: Reader): Node | Refusal {
  const first = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0);
  if (first === '(') {
    if (take(groupOpening, reader) === null) return new Refusal('must not use look-ahead, look-behind or modifiers');
    const inside = readChoice(reader);
    reader.at += 1;
    return inside;
  }
  if (first === '^' || first === '$') {
    reader.at += 1;
    return { is: first === '^' ? 'start' : 'end' };
  }
  const atom = (first === '\\' ? take(escapeForm, reader) : first === '[' ? take(characterClass, reader) : null)?.[0];
  if (atom === undefined) {
    reader.at += first.length;
    return { is: 'character', test: first === '.' ? testOf('.') : (character) => character === first };
  }
  if (/^\\[bBk1-9]/.test(atom)) return new Refusal('must not use back references or word boundaries');
  return { is: 'character', test: testOf(atom) };
}

function withQuantifier(node: Node, reader: Reader): Node {
  const match = take(quantifier, reader);
  if (match === null) return node;
  const [, sign, least, comma, most] = match;
  if (sign !== undefined)
    return { is: 'repeat', of: node, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
  const min = Number(least);
  return { is: 'repeat', of: node, min, max: most ? Number(most) : comma ? Infinity : min };
}

function take(form: RegExp, reader: Reader): RegExpExecArray | null {
  form.lastIndex = reader.at;
  const match = form.exec(reader.source);
  if (match !== null) reader.at = form.lastIndex;
  return match;
}

/** The engine decides what one character class means; answers for ASCII are remembered. */
function testOf(atom: string): CharacterTest {
  const form = new RegExp(`^${atom}$`, 'u');
  const ascii = Array.from({ length: 128 }, (_, code) => form.test(String.fromCharCode(code)));
  return (character) => ascii[character.charCodeAt(0)] ?? form.test(character);
}

function never(): boolean {
  return false;
}

/** Appends the steps of `node`; false when the allowance is used up (which also bounds repeats of nothing). */
function emit(node: Node, program: Step[], allowance: { left: number }): boolean {
  allowance.left -= 1;
  if (allowance.left < 0) return false;
  const next = () => program.length;
  const add = (is: Step['is'], test: CharacterTest = never): Step => {
    const step: Step = { is, test, x: next() + 1, y: -1 };
    program.push(step);
    return step;
  };
  if (node.is === 'character') {
    add('character', node.test);
    return true;
  }
  if (node.is === 'start' || node.is === 'end') {
    add(node.is);
    return true;
  }
  if (node.is === 'sequence') return node.of.every((part) => emit(part, program, allowance));
  if (node.is === 'choice') {
    const leaving: Step[] = [];
    for (const [index, part] of node.of.entries()) {
      const split = index < node.of.length - 1 ? add('split') : undefined;
      if (!emit(part, program, allowance)) return false;
      leaving.push(add('split'));
      if (split !== undefined) split.y = next();
    }
    for (const step of leaving) step.x = next();
    return true;
  }
  let lastCopyAt = next();
  for (let count = 0; count < node.min; count += 1) {
    lastCopyAt = next();
    if (!emit(node.of, program, allowance)) return false;
  }
  if (node.max === Infinity) {
    const skip = node.min === 0 ? add('split') : undefined;
    if (skip !== undefined && !emit(node.of, program, allowance)) return false;
    const again = add('split');
    again.x = lastCopyAt;
    again.y = next();
    if (skip !== undefined) skip.y = next();
    return true;
  }
  const skipping: Step[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    skipping.push(add('split'));
    if (!emit(node.of, program, allowance)) return false;
  }
  for (const step of skipping) step.y = next();
  return true;
}

/** Runs all states side by side over the text: at most `program.length` visits per character. */
function run(program: readonly Step[], text: string): boolean {
  const seenAt = new Int32Array(program.length).fill(-1);
  let position = 0;
  let isAtEnd = text.length === 0;
  let isMatch = false;
  let current: Step[] = [];
  const enter = (at: number, into: Step[]) => {
    const pending = [at];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      const step = program[index];
      if (step === undefined || seenAt[index] === position) continue;
      seenAt[index] = position;
      if (step.is === 'character') into.push(step);
      else if (step.is === 'match') isMatch = isAtEnd;
      else if (step.is === 'split') {
        if (step.y >= 0) pending.push(step.y);
        pending.push(step.x);
      } else if (step.is === 'start' ? position === 0 : isAtEnd) pending.push(step.x);
    }
  };
  enter(0, current);
  for (const character of text) {
    if (current.length === 0) return false;
    position += character.length;
    isAtEnd = position === text.length;
    const following: Step[] = [];
    for (const step of current) if (step.test(character)) enter(step.x, following);
    current = following;
  }
  return isMatch;
}
