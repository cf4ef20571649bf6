/** What is said about how a file is read, where that could be taken otherwise. */
import type { FieldTypeName } from '../fields/field-type.ts';
import { type NumberMarks, readsNumbers } from './decimal-comma.ts';

interface NotedColumn {
  readonly column: string;
  readonly type: FieldTypeName;
  readonly marks: NumberMarks | null;
  readonly hasCommas: boolean;
}

export function notesOf(columns: readonly NotedColumn[]): string[] {
  const withCommas = columns.filter(({ hasCommas }) => hasCommas);
  const notes = withCommas.length === 0 ? [] : [commaNote(withCommas)];
  for (const column of columns) {
    const note = unclearNote(column);
    if (note !== null) notes.push(note);
  }
  return notes;
}

function commaNote(columns: readonly NotedColumn[]): string {
  const example = columns[0]?.marks?.example ?? '';
  return `Decimal comma: numbers such as ${example} are read so in ${columns.map(({ column }) => column).join(', ')}.`;
}

function unclearNote({ column, type, marks }: NotedColumn): string | null {
  if (marks?.kind !== 'unclear') return null;
  const doubt = `${column}: ${marks.example} may have decimals or thousands`;
  if (!readsNumbers(type)) return `${doubt}; the column is not read as numbers.`;
  return marks.example.includes(',')
    ? `${doubt}; rows with a comma are refused.`
    : `${doubt}; it is read with decimals.`;
}
