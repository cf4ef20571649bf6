/** What an import would do, for people: the plan is told before. */
import type { Json } from '../core/fields/field-type.ts';
import type { ImportPreview } from '../core/import/preview-import.ts';
import { alignColumns, printable } from './output.ts';

const valueLengthMax = 40;

export function describePreview({
  rows,
  created,
  updated,
  unchanged,
  refused,
  problems,
  changes,
}: ImportPreview): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const lines = [
    `Of ${rows === 1 ? '1 row' : `${number(rows)} rows`} ${number(created)} would be created, ${number(updated)} would change a record, ` +
      `${number(unchanged)} would leave theirs as it is, ${number(refused)} would be refused. Nothing was written.`,
  ];
  if (changes.length > 0) {
    const cells = changes.map((change) => [
      String(change.line),
      String(change.recordId),
      change.field,
      shown(change.old),
      shown(change.new),
    ]);
    lines.push('', 'First changes:', alignColumns([['LINE', 'RECORD', 'FIELD', 'OLD', 'NEW'], ...cells]));
  }
  if (problems.length > 0) {
    const cells = problems.map(({ line, field, reason }) => [String(line), printable(field), printable(reason)]);
    lines.push('', 'First refusals:', alignColumns([['LINE', 'FIELD', 'REASON'], ...cells]));
  }
  return lines.join('\n');
}

function shown(value: Json): string {
  const text = printable(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax - 1)}…` : text;
}

export function jsonOfPreview({ rows, created, updated, unchanged, refused, problems, changes }: ImportPreview) {
  return {
    dry_run: true,
    rows,
    created,
    updated,
    unchanged,
    refused,
    problems: problems.map(({ line, field, reason }) => ({ line, field, reason })),
    changes: changes.map(({ line, recordId, field, old, new: next }) => ({
      line,
      record_id: recordId,
      field,
      old,
      new: next,
    })),
  };
}
