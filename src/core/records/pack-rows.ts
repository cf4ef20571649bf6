/**
 * Rows as two texts that the store takes as they are: their columns, and what the changes log says of them. So rows that were
 * read on another thread cost this one nothing but the writing.
 */
import type { Stored } from '../fields/field-type.ts';
import type { PackedRows } from '../store.ts';
import { type RefuseValue, type RowInput, type RowReading, readRow } from './row-reading.ts';

/** What a database does not read back as it was: half a character, as JSON can spell it. May also be found in plain text. */
const halfCharacter = '\\ud';

export interface RowPacker {
  /** Takes a row in, unless some of it is refused. */
  add(row: RowInput, refuse: RefuseValue): void;
  /** All rows taken in; null when they have to be written one value at a time. */
  pack(): PackedRows | null;
}

export function createRowPacker(reading: RowReading): RowPacker {
  const keys = reading.logged.map(({ id }) => `${JSON.stringify(id)}:`);
  const slots = reading.logged.map(({ slot }) => slot);
  let columns: string[] = [];
  let logged: string[] = [];

  function take(row: readonly Stored[]): void {
    const texts: string[] = [];
    for (const value of row) texts.push(jsonOf(value));
    const log: string[] = [];
    for (let at = 0; at < slots.length; at += 1) {
      const text = texts[slots[at] as number] as string;
      if (text !== 'null') log.push(`${keys[at]}${text}`);
    }
    columns.push(`[${texts.join()}]`);
    logged.push(`{${log.join()}}`);
  }

  return {
    add(row, refuse) {
      let isRefused = false;
      const read = readRow(reading, row, (...problem) => {
        isRefused = true;
        refuse(...problem);
      });
      if (!isRefused) take(read);
    },
    pack() {
      const text = columns.join();
      if (text.includes(halfCharacter)) return null;
      const packed = { count: columns.length, columns: bytesOf(`[${text}]`), logged: bytesOf(`[${logged.join()}]`) };
      columns = [];
      logged = [];
      return packed;
    },
  };
}

/** Only text that needs it is escaped one character after the other. */
const needsEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

function jsonOf(value: Stored): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return JSON.stringify(value);
  return needsEscape.test(value) ? JSON.stringify(value) : `"${value}"`;
}

/** In memory of their own, so that they can be handed to another thread. */
function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
