/** What a client sends for a formula field, checked and completed before it is kept. */
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import type { Field, Json } from '../fields/field-type.ts';
import type { TableSchema } from '../tables/table-schema.ts';
import { verbBits } from '../workspaces/roles.ts';
import { findPath, type RelatedTables, storedExpression } from './field-paths.ts';
import { makeFormula } from './make-formula.ts';
import { FormulaProblem, replaceNames } from './parse-formula.ts';
import { expressionOf } from './resolve-formulas.ts';

/** Each is made ready anew whenever the table changes. */
const formulasMax = 50;

/**
 * The options as they are kept: names as ids, and the type of the result. Whoever makes a formula must be able to read all that it reads;
 * who reads its value needs to see only the formula field.
 * @throws body_invalid saying what is wrong and where; scope_missing, role_insufficient
 */
export function checkFormula(
  actor: Actor,
  table: TableSchema,
  related: RelatedTables,
  field: Field,
  path: string,
): Record<string, Json> {
  const expression = expressionOf(field);
  const { precision } = field.options;
  const others = table.formulas.filter((one) => one.field.id !== field.id);
  if (others.length >= formulasMax) throw refused(`${path}type`, `a table has at most ${formulasMax} formulas`);
  try {
    const made = makeFormula(
      { table, related, expressionOf: (one) => (one.id === field.id ? expression : expressionOf(one)) },
      field,
    );
    if (precision !== undefined && made.result !== 'number') {
      throw refused(`${path}options.precision`, 'only a number is rounded');
    }
    requireReading(actor, table, related, expression, `${path}options.expression`);
    return {
      expression: storedExpression(table, related, expression),
      result: made.result,
      ...(precision === undefined ? {} : { precision }),
    };
  } catch (error) {
    if (!(error instanceof FormulaProblem)) throw error;
    const where = error.at >= 0 ? ` (at character ${error.at + 1})` : '';
    throw refused(`${path}options.expression`, `${error.message}${where}`);
  }
}

/** A key must not learn through a formula of its own what it may not read. */
function requireReading(
  actor: Actor,
  table: TableSchema,
  related: RelatedTables,
  expression: string,
  path: string,
): void {
  replaceNames(expression, (name) => {
    const { field, through } = findPath(table, related, name, -1);
    const counted =
      through === null && field.type === 'relation' ? related.get(String(field.options.target)) : undefined;
    const isReadable =
      mayRead(actor, table, through?.relation ?? field) &&
      (through === null || mayRead(actor, through.target, field)) &&
      (counted === undefined || mayRead(actor, counted, null));
    if (isReadable) return name;
    const message = `you may not read {${name}}, so you cannot make a formula of it`;
    throw new AppError(actor.keyId === null ? 'role_insufficient' : 'scope_missing', `${path}: ${message}`, {
      issues: [{ field: path, code: 'scope_missing', message }],
    });
  });
}

function mayRead(actor: Actor, table: TableSchema, field: Field | null): boolean {
  const { verbs, readable } = actor.grant(table);
  return (
    (verbs & verbBits.read) !== 0 &&
    (field === null || field.tableId === '' || readable === null || readable.has(field.id))
  );
}

function refused(field: string, message: string): AppError {
  return new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}
