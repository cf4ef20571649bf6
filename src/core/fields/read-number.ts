/** Reading of numbers as clients send them, shared by the numeric types. Never throws. */
import { Refusal } from './field-type.ts';

/** Each digit can be matched in one way only, so even a long text is refused in linear time. */
const decimalForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const numeralLengthMax = 400;

const notNumber = new Refusal('must be a number such as 19.9');
const tooLarge = new Refusal(
  `must be between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}: numbers beyond 2^53 lose digits`,
);

/** The number; `null` for nothing or blank text. Accepts `"19.9"`, `" 5 "`, `"1e3"`; refuses `"0x10"`, `"1,000"`. */
export function readNumber(input: unknown): number | null | Refusal {
  if (typeof input === 'number') return checked(input);
  if (input === null || input === undefined) return null;
  if (typeof input !== 'string') return notNumber;
  const text = input.trim();
  if (text === '') return null;
  if (text.length > numeralLengthMax || !decimalForm.test(text)) return notNumber;
  return checked(Number(text));
}

function checked(value: number): number | Refusal {
  if (value >= -Number.MAX_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return value === 0 ? 0 : value;
  return Number.isNaN(value) ? notNumber : tooLarge;
}

/**
 * Rounds half away from zero in decimal, as people do on paper: 1.005 at two places is 1.01 although the nearest double
 * lies below. Refusing extra decimals instead would refuse 0.1 + 0.2, which no client sends on purpose.
 */
export function roundTo(value: number, places: number): number {
  if (Number.isInteger(value)) return value;
  const size = Math.abs(value);
  const power = 10 ** places;
  const scaled = size * power;
  // A double of this size has no more decimals than that to round away.
  if (scaled > Number.MAX_SAFE_INTEGER) return value;
  if (Math.round(scaled) / power === size) return value;
  const rounded = shifted(Math.round(shifted(size, places)), -places);
  if (rounded === 0) return 0;
  return value < 0 ? -rounded : rounded;
}

/** `value` × 10^`places` on its decimal digits, without the error of a multiplication. */
function shifted(value: number, places: number): number {
  const [digits, exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}
