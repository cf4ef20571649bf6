/**
 * JSON Lines as rows: one object per line, its keys the columns. Streamed: memory does not grow with the file. A line that is no
 * object is a row with a problem; a file that is not UTF-8 is refused.
 */
import type { Json } from '../fields/field-type.ts';
import { checkedUtf8 } from './checked-utf8.ts';
import { createJsonTypeGuess } from './guess-json-type.ts';
import { type ImportSource, sourceRefused } from './import-source.ts';
import { columnsMax, type SourceRow, type SourceTable } from './source-table.ts';

const lineLengthMax = 16_000_000;
const rowsPerChunk = 1000;

interface Line {
  readonly line: number;
  /** Null: no object. */
  readonly record: Readonly<Record<string, Json>> | null;
}

/** Reads the whole file once, to know every key. @throws body_invalid */
export async function openJsonl(source: ImportSource): Promise<SourceTable> {
  const columns = new Set<string>();
  for await (const { record } of lines(source)) {
    for (const key of Object.keys(record ?? {})) columns.add(key);
    if (columns.size > columnsMax) throw sourceRefused(source, `has more than ${columnsMax} different keys`);
  }
  if (columns.size === 0) throw sourceRefused(source, 'has no JSON object on a line of its own');
  const names = [...columns];
  return {
    format: 'jsonl',
    how: 'JSON Lines',
    columns: names,
    isText: false,
    rows: () => rows(source, names),
    guess: createJsonTypeGuess,
  };
}

async function* rows(source: ImportSource, names: readonly string[]): AsyncGenerator<SourceRow[]> {
  let chunk: SourceRow[] = [];
  for await (const { line, record } of lines(source)) {
    chunk.push(
      record === null
        ? { cells: [], line, problem: 'is not a JSON object' }
        : { cells: names.map((name) => (Object.hasOwn(record, name) ? record[name] : undefined)), line },
    );
    if (chunk.length < rowsPerChunk) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function* lines(source: ImportSource): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of textLines(source)) {
    line += 1;
    if (text.trim() !== '') yield { line, record: recordOf(text) };
  }
}

async function* textLines(source: ImportSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 1;
  for await (const bytes of checkedUtf8(source)) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part;
    number += parts.length;
    if (rest.length > lineLengthMax)
      throw sourceRefused(source, `line ${number} is longer than ${lineLengthMax} characters`);
  }
  if (rest !== '') yield rest;
}

function recordOf(text: string): Readonly<Record<string, Json>> | null {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
