/** How values of fields become values of formulas. */
import type { Field, Stored } from '../fields/field-type.ts';
import { storedToJson } from '../fields/parse-value.ts';
import {
  errorIn,
  type FormulaErrorCode,
  formulaError,
  itemLengthMax,
  listMax,
  type ResultType,
  type Scalar,
  scalarOf,
  type Value,
  type ValueType,
} from './formula-value.ts';

const typeByField: Partial<Record<Field['type'], ResultType>> = {
  text: 'text',
  long_text: 'text',
  rich_text: 'text',
  email: 'text',
  url: 'text',
  phone: 'text',
  color: 'text',
  time: 'text',
  single_select: 'text',
  number: 'number',
  percent: 'number',
  currency: 'number',
  rating: 'number',
  duration: 'number',
  checkbox: 'boolean',
  date: 'date',
  datetime: 'datetime',
  created_at: 'datetime',
  updated_at: 'datetime',
};

/** What a field is in a formula; null where it cannot be used in one. Formulas are not asked for here. */
export function valueTypeOf(field: Field): ValueType | null {
  if (field.type === 'relation') return 'links';
  if (field.type === 'multi_select') return { listOf: 'text' };
  // A number with a prefix or leading zeros is a label.
  if (field.type === 'autonumber') return typeof storedToJson(field, 1) === 'number' ? 'number' : 'text';
  return typeByField[field.type] ?? null;
}

/** Makes the value of a formula of what the column of the field holds. */
export function readerOf(field: Field): (stored: Stored) => Value {
  if (field.type === 'checkbox') return (stored) => stored === 1;
  if (field.type === 'multi_select') {
    return (stored) => {
      const shown = stored === null ? null : storedToJson(field, stored);
      return Array.isArray(shown) ? shown.map(scalarOf) : [];
    };
  }
  return (stored) => (stored === null ? null : scalarOf(storedToJson(field, stored)));
}

/** The value of another formula from its stored result. */
export function resultReader(type: ResultType): (stored: Stored) => Value {
  return (stored) => {
    const error = errorIn(stored);
    if (error !== null) return formulaError(error as FormulaErrorCode);
    return type === 'boolean' && stored !== null ? stored === 1 : stored;
  };
}

/** The values of all linked records, which come as one JSON list. The first error among them is the error of the list. */
export function listReader(read: (stored: Stored) => Value): (stored: Stored) => Value {
  return (stored) => {
    const items = typeof stored === 'string' ? (JSON.parse(stored) as Stored[]) : [];
    if (items.length > listMax) return formulaError('#SIZE!');
    const values: Scalar[] = [];
    for (const item of items) {
      const value = read(item);
      if (value !== null && typeof value === 'object') {
        if (Array.isArray(value)) continue;
        return value;
      }
      if (typeof value === 'string' && value.length > itemLengthMax) return formulaError('#SIZE!');
      values.push(value);
    }
    return values;
  };
}
