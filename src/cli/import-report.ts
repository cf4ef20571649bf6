/** What an import is going to do, for people and for machines. */
import type { ImportPlan } from '../core/import/plan-import.ts';
import { alignColumns, printable } from './output.ts';

const sampleLengthMax = 30;

export function describePlan(plan: ImportPlan): string {
  const { source, rows, table, tableName, content, columns, key, notes } = plan;
  const target = table === null ? `a new table "${tableName}"` : `the table "${tableName}"`;
  const header = ['FIELD', 'TYPE', '', 'FILLED', 'FIRST VALUE'];
  const lines = columns.map(({ name, type, newField, filled, sample, hasCommas }) => [
    name,
    hasCommas ? `${type} (decimal comma)` : typeText(type, newField?.options),
    newField === null ? '' : table === null ? '' : 'new',
    rows === 0 ? '–' : `${Math.floor((filled / rows) * 100)} %`,
    sample.length > sampleLengthMax ? `${sample.slice(0, sampleLengthMax - 1)}…` : sample,
  ]);
  return [
    `${source.name}: ${rows === 1 ? '1 row' : `${rows.toLocaleString('en-US')} rows`} (${content.how}) into ${target}`,
    ...(key === null ? [] : [`Rows whose "${key}" is there already change that record.`]),
    '',
    alignColumns([header, ...lines]),
    '',
    ...(notes.length === 0 ? [] : [...notes.map(printable), '']),
  ].join('\n');
}

/** Whole numbers are numbers without decimals. */
function typeText(type: string, options: Readonly<Record<string, unknown>> = {}): string {
  if (options.precision === 0) return 'number (whole)';
  if (options.format === 'eu') return `${type} (day first)`;
  return options.format === 'us' ? `${type} (month first)` : type;
}

export function jsonOfPlan({ columns, notes }: ImportPlan) {
  return { fields: columns.map(({ name, type, newField }) => ({ name, type, new: newField !== null })), notes };
}
