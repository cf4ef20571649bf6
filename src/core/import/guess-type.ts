/**
 * The type of a column from all of its cells. A type is chosen only when it keeps every cell exactly: numbers with leading
 * zeros or too many digits stay text, and so do dates that could be read in two ways.
 */
import { type Field, type FieldTypeName, type Json, Refusal } from '../fields/field-type.ts';
import { fieldTypes } from '../fields/index.ts';

export interface ColumnType {
  readonly type: FieldTypeName;
  readonly options: Readonly<Record<string, Json>>;
}

export interface TypeGuess {
  /** Told every cell that is not blank. */
  see(cell: string): void;
  result(): ColumnType;
}

interface Candidate extends ColumnType {
  /** Of one kind, a wider candidate comes later and takes all that a narrower one takes. */
  readonly kind: string;
  /** How a cell must look, beyond being accepted by the type. */
  readonly form: RegExp;
  fits?(text: string): boolean;
}

const integerForm = /^-?(?:0|[1-9]\d*)$/;
const numberForm = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Doubles keep every decimal number of so many digits. */
const digitsKept = 17;

const slashedDay = String.raw`\d{1,2}[/.-]\d{1,2}[/.-]\d{4}`;
const time = String.raw`[Tt ]+\d\d:\d\d.*`;
const isoDay = String.raw`\d{4}-\d\d-\d\d`;
const form = (text: string) => new RegExp(`^${text}$`);

/** In order of preference: the first that fits all cells. */
const candidates: readonly Candidate[] = [
  { kind: 'box', type: 'checkbox', options: {}, form: /^(?:true|false|yes|no)$/i },
  { kind: 'number', type: 'number', options: { precision: 0 }, form: integerForm },
  { kind: 'number', type: 'number', options: {}, form: numberForm, fits: (text) => digitsOf(text) <= digitsKept },
  { kind: 'iso', type: 'date', options: {}, form: form(isoDay) },
  { kind: 'iso', type: 'datetime', options: {}, form: form(`${isoDay}(?:${time})?`) },
  { kind: 'eu', type: 'date', options: { format: 'eu' }, form: form(slashedDay) },
  { kind: 'us', type: 'date', options: { format: 'us' }, form: form(slashedDay) },
  { kind: 'eu', type: 'datetime', options: { format: 'eu' }, form: form(`${slashedDay}(?:${time})?`) },
  { kind: 'us', type: 'datetime', options: { format: 'us' }, form: form(`${slashedDay}(?:${time})?`) },
  { kind: 'email', type: 'email', options: {}, form: /@/ },
  { kind: 'url', type: 'url', options: {}, form: /^https?:\/\//i },
];

/** Longer cells, and cells of several lines, make a long text. */
const textLengthMax = 255;

export function createTypeGuess(): TypeGuess {
  /** By kind, what has taken all cells so far: of those, only the narrowest has to be asked. */
  let left = Object.values(Object.groupBy(candidates, ({ kind }) => kind)).map((group = []) =>
    group.map((candidate) => ({ candidate, probe: probeOf(candidate) })),
  );
  let isLong = false;
  let hasCells = false;
  return {
    see(cell) {
      hasCells = true;
      if (!isLong && (cell.length > textLengthMax || cell.includes('\n') || cell.includes('\r'))) isLong = true;
      if (left.length === 0) return;
      const text = cell.trim();
      let isOver = false;
      for (const group of left) {
        for (let first = group[0]; first !== undefined; first = group[0]) {
          if (isKept(first.candidate, first.probe, text)) break;
          group.shift();
        }
        isOver ||= group.length === 0;
      }
      if (isOver) left = left.filter((group) => group.length > 0);
    },
    result() {
      const kept = new Set(left.flatMap((group) => group.map(({ candidate }) => candidate)));
      const found = hasCells ? candidates.filter((candidate) => kept.has(candidate)) : [];
      const [first] = found;
      if (first === undefined || isAmbiguous(found)) return { type: isLong ? 'long_text' : 'text', options: {} };
      return { type: first.type, options: first.options };
    },
  };
}

/** 03/04/2026 throughout: nobody can say which is the day. */
function isAmbiguous(found: readonly Candidate[]): boolean {
  return found.some(({ options }) => options.format === 'eu') && found.some(({ options }) => options.format === 'us');
}

function isKept(candidate: Candidate, probe: Field, text: string): boolean {
  if (!candidate.form.test(text) || candidate.fits?.(text) === false) return false;
  return !(fieldTypes[candidate.type].parse(text, probe) instanceof Refusal);
}

/** At most: of a short text it does not matter how many of its characters are digits. */
function digitsOf(text: string): number {
  if (text.length <= digitsKept) return text.length;
  const [mantissa = ''] = text.split(/[eE]/);
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').length;
}

/** A field of this type that stands nowhere: what the type's own reading is asked with. */
function probeOf({ type, options }: ColumnType): Field {
  return {
    id: '',
    tableId: '',
    name: '',
    type,
    options,
    isRequired: false,
    isUnique: false,
    isIndexed: false,
    position: 0,
    defaultValue: null,
    foreign: {},
    column: '',
    slot: -1,
  };
}
