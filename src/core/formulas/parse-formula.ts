/**
 * The text of a formula as a tree, each node knowing where it stands. Nothing is looked up or worked out here, and nothing of the text
 * is ever run. Bounded in length, nodes and depth.
 */
import jsep from 'jsep';
import { type FormulaErrorCode, formulaLengthMax } from './formula-value.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '&' | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'AND' | 'OR';

export type FormulaNode =
  | { readonly kind: 'literal'; readonly value: number | string | boolean; readonly at: number }
  /** A name in braces, as written. */
  | { readonly kind: 'field'; readonly name: string; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly FormulaNode[]; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'NOT'; readonly of: FormulaNode; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: FormulaNode;
      readonly right: FormulaNode;
      readonly at: number;
    };

const partsMax = 500;
const depthMax = 100;

/** What is wrong with a formula, and where: `at` counts characters from 0, -1 where no place is to blame. */
export class FormulaProblem extends Error {
  readonly at: number;
  /** What a formula shows that was right when it was made and has this problem now. */
  readonly shows: FormulaErrorCode;
  constructor(message: string, at: number, shows: FormulaErrorCode = '#TYPE!') {
    super(message);
    this.name = 'FormulaProblem';
    this.at = at;
    this.shows = shows;
  }
}

/** Names of operators as people write them, by the operator they mean; jsep knows them with these precedences. */
const binaryOperators: Readonly<Record<string, readonly [means: BinaryOperator, precedence: number]>> = {
  OR: ['OR', 1],
  '||': ['OR', 1],
  AND: ['AND', 2],
  '&&': ['AND', 2],
  '=': ['=', 3],
  '==': ['=', 3],
  '!=': ['!=', 3],
  '<>': ['!=', 3],
  '<': ['<', 4],
  '<=': ['<=', 4],
  '>': ['>', 4],
  '>=': ['>=', 4],
  '&': ['&', 5],
  '+': ['+', 6],
  '-': ['-', 6],
  '*': ['*', 7],
  '/': ['/', 7],
  '%': ['%', 7],
};
const unaryOperators: Readonly<Record<string, '-' | '+' | 'NOT'>> = { '-': '-', '+': '+', '!': 'NOT', NOT: 'NOT' };

/** Words may be written in any case. */
function casesOf(word: string): string[] {
  if (!/^[A-Z]+$/.test(word)) return [word];
  let all = [''];
  for (const letter of word) all = all.flatMap((start) => [start + letter, start + letter.toLowerCase()]);
  return all;
}

const starts = new WeakMap<object, number>();
const inside = new WeakSet<object>();

setUp();

/** The parser keeps its settings in one place for all; nobody else here uses it. */
function setUp(): void {
  jsep.removeAllBinaryOps();
  jsep.removeAllUnaryOps();
  jsep.removeAllLiterals();
  for (const [name, [, precedence]] of Object.entries(binaryOperators))
    for (const one of casesOf(name)) jsep.addBinaryOp(one, precedence);
  for (const name of Object.keys(unaryOperators)) for (const one of casesOf(name)) jsep.addUnaryOp(one);
  jsep.hooks.add('gobble-token', function readToken(env) {
    const start = this.index;
    if (this.char === '{') {
      const end = this.expr.indexOf('}', start);
      if (end < 0) throw new FormulaProblem('the brace { is not closed', start);
      this.index = end + 1;
      env.node = { type: 'Field', name: this.expr.slice(start + 1, end).trim() };
    } else if (inside.delete(this)) {
      return;
    } else {
      // The parser notes no places; asking it again from here tells where the token began.
      inside.add(this);
      const node = (this.gobbleToken as () => jsep.Expression | false | undefined)();
      inside.delete(this);
      if (node === false || node === undefined) return;
      env.node = node;
    }
    if (env.node !== undefined) starts.set(env.node, start);
  });
}

/** The tree and how many parts it has. @throws FormulaProblem */
export function parseFormula(text: string): { readonly node: FormulaNode; readonly parts: number } {
  if (text.length > formulaLengthMax) throw new FormulaProblem(`must have at most ${formulaLengthMax} characters`, -1);
  if (text.trim() === '') throw new FormulaProblem('must not be empty', -1);
  const source = text.startsWith('=') ? ` ${text.slice(1)}` : text;
  const counter = { parts: 0 };
  const node = nodeOf(read(source), counter, 0);
  return { node, parts: counter.parts };
}

function read(text: string): jsep.Expression {
  try {
    return jsep(text);
  } catch (error) {
    if (error instanceof FormulaProblem) throw error;
    if (error instanceof RangeError) throw new FormulaProblem('is nested too deeply', -1);
    const { description, index } = error as { description?: string; index?: number };
    if (description === undefined) throw error;
    throw new FormulaProblem(description.replace(/^Expected/, 'expected').replace(/^U/, 'u'), index ?? -1);
  }
}

function nodeOf(expression: jsep.Expression, counter: { parts: number }, depth: number): FormulaNode {
  counter.parts += 1;
  if (counter.parts > partsMax) throw new FormulaProblem(`has more than ${partsMax} parts`, -1);
  if (depth > depthMax) throw new FormulaProblem(`is nested deeper than ${depthMax} levels`, -1);
  const at = placeOf(expression);
  const inner = (one: unknown) => nodeOf(one as jsep.Expression, counter, depth + 1);
  switch (expression.type) {
    case 'Field':
      return { kind: 'field', name: expression.name as string, at };
    case 'Literal': {
      const { value } = expression;
      if (typeof value === 'number' && !Number.isFinite(value)) throw new FormulaProblem('the number is too large', at);
      return { kind: 'literal', value: value as number | string, at };
    }
    case 'Identifier': {
      const name = expression.name as string;
      if (/^true$/i.test(name)) return { kind: 'literal', value: true, at };
      if (/^false$/i.test(name)) return { kind: 'literal', value: false, at };
      throw new FormulaProblem(`"${name}" is not known here: a field is written {${name}}, a text "${name}"`, at);
    }
    case 'CallExpression': {
      const callee = expression.callee as jsep.Expression;
      if (callee.type !== 'Identifier') throw new FormulaProblem('only a function can be called', at);
      const args = (expression.arguments as jsep.Expression[]).map(inner);
      return { kind: 'call', name: (callee.name as string).toUpperCase(), args, at };
    }
    case 'UnaryExpression': {
      const operator = unaryOperators[String(expression.operator).toUpperCase()];
      if (operator === undefined) throw new FormulaProblem('is not understood', at);
      return { kind: 'unary', operator, of: inner(expression.argument), at };
    }
    case 'BinaryExpression': {
      const operator = binaryOperators[String(expression.operator).toUpperCase()]?.[0];
      if (operator === undefined) throw new FormulaProblem('is not understood', at);
      return { kind: 'binary', operator, left: inner(expression.left), right: inner(expression.right), at };
    }
    case 'ConditionalExpression':
      return {
        kind: 'call',
        name: 'IF',
        args: [inner(expression.test), inner(expression.consequent), inner(expression.alternate)],
        at,
      };
    case 'Compound': {
      const second = (expression.body as jsep.Expression[])[1];
      throw new FormulaProblem('expected an operator, such as + or &', second === undefined ? at : placeOf(second));
    }
    default:
      throw new FormulaProblem('this is not part of the language of formulas', at);
  }
}

/** Where an expression begins: a token knows it, a larger one begins with its first part. */
function placeOf(expression: jsep.Expression): number {
  for (let node: jsep.Expression | undefined = expression; node !== undefined; ) {
    const known = starts.get(node);
    if (known !== undefined) return known;
    node = (node.left ?? node.test ?? node.object ?? node.callee ?? (node.body as unknown[] | undefined)?.[0]) as
      | jsep.Expression
      | undefined;
  }
  return -1;
}

/** The text with every name in braces replaced; what stands inside quotes is left alone. */
export function replaceNames(text: string, replace: (name: string) => string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{([^}]*)\}/gs, (whole, name: string | undefined) =>
    name === undefined ? whole : `{${replace(name.trim())}}`,
  );
}
