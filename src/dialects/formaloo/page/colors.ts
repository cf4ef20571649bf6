/** Colors as numbers, and how well one is read on another (WCAG 2.2, relative luminance and contrast ratio). */
import { isPlainObject } from '../../../core/fields/plain-json.ts';
import { unwrapped } from '../attributes.ts';

/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

export const white: Color = [255, 255, 255];
const black: Color = [0, 0, 0];

const hexForm = /^#?([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]|[0-9a-f]{2})?$/i;

/** A color as it is kept: `{"r":…,"g":…,"b":…,"a":…}` as JSON text, or hexadecimal. What shines through is laid on `ground`. */
export function readColor(value: unknown, ground: Color = white): Color | null {
  const read = unwrapped(value);
  if (isPlainObject(read)) {
    const { r, g, b, a = 1 } = read;
    const parts = [r, g, b].map(Number);
    const alpha = Number(a);
    if (![...parts, alpha].every(Number.isFinite)) return null;
    const [red = 0, green = 0, blue = 0] = parts.map(bounded);
    return mixed([red, green, blue], ground, 1 - Math.min(1, Math.max(0, alpha)));
  }
  const hex = typeof read === 'string' ? hexForm.exec(read.trim())?.[1] : undefined;
  if (hex === undefined) return null;
  const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
  const number = Number.parseInt(digits, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function bounded(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

/** `share` of `other` in `color`. */
export function mixed(color: Color, other: Color, share: number): Color {
  const part = (at: 0 | 1 | 2) => bounded(color[at] * (1 - share) + other[at] * share);
  return [part(0), part(1), part(2)];
}

function luminance(color: Color): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(one: Color, other: Color): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The color itself where it is read well enough on all of the grounds; otherwise as near to it as is. */
export function readable(color: Color, grounds: readonly Color[], ratio: number): Color {
  const worst = (one: Color) => Math.min(...grounds.map((ground) => contrast(one, ground)));
  if (worst(color) >= ratio) return color;
  const target = worst(black) >= worst(white) ? black : white;
  for (let share = 0.05; share < 1; share += 0.05) {
    const nearer = mixed(color, target, share);
    if (worst(nearer) >= ratio) return nearer;
  }
  return target;
}

export function cssColor([red, green, blue]: Color): string {
  return `rgb(${red} ${green} ${blue})`;
}
