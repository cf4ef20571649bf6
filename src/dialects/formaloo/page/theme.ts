/**
 * The look of a form from its colors. Whatever was chosen, text can be read and edges can be seen: a color that would not do
 * is moved towards black or white until it does.
 */
import type { Memory } from '../memory.ts';
import { type Color, contrast, cssColor, mixed, readable, readColor, white } from './colors.ts';

const names = [
  'text_color',
  'button_color',
  'field_color',
  'background_color',
  'border_color',
  'submit_text_color',
  'theme_color',
];

const textRatio = 4.5;
const edgeRatio = 3;

/** The variables of the page's style sheet as a rule; null where the form has no colors of its own, and the sheet's hold. */
export function themeCss(memory: Memory): string | null {
  if (names.every((name) => readColor(memory[name]) === null)) return null;
  const ground = readColor(memory.background_color) ?? white;
  const color = (name: string, otherwise: Color) => readColor(memory[name], ground) ?? otherwise;
  const isDark = contrast(ground, white) > contrast(ground, [0, 0, 0]);
  const text = readable(color('text_color', isDark ? [240, 241, 243] : [28, 32, 36]), [ground], 7);
  const field = color('field_color', isDark ? mixed(ground, white, 0.06) : white);
  const accentWanted = color('theme_color', color('button_color', [32, 101, 209]));
  const button = color('button_color', accentWanted);
  const errorWanted: Color = isDark ? [255, 160, 150] : [179, 38, 30];
  const error = readable(errorWanted, [ground], textRatio);
  const errorTint = mixed(ground, errorWanted, 0.07);
  const page = mixed(ground, isDark ? [0, 0, 0] : text, isDark ? 0.25 : 0.05);
  const variables: Readonly<Record<string, Color>> = {
    page,
    card: ground,
    text,
    soft: readable(mixed(text, ground, 0.3), [ground], textRatio),
    field,
    'field-text': readable(text, [field], 7),
    line: readable(color('border_color', mixed(text, ground, 0.55)), [ground, field], edgeRatio),
    rule: mixed(text, ground, 0.85),
    accent: readable(accentWanted, [ground], textRatio),
    button: readable(button, [ground], 1.4),
    'on-button': readable(color('submit_text_color', white), [readable(button, [ground], 1.4)], textRatio),
    tint: mixed(ground, readable(accentWanted, [ground], edgeRatio), 0.08),
    error,
    'error-tint': contrast(error, errorTint) >= textRatio ? errorTint : ground,
  };
  const lines = Object.entries(variables).map(([name, value]) => `--${name}:${cssColor(value)}`);
  // In a frame the page around shows through, unless the form's colors need their own ground.
  if (contrast(ground, white) > 1.15) lines.push(`--frame:${cssColor(ground)}`);
  return `:root{color-scheme:${isDark ? 'dark' : 'light'};${lines.join(';')}}`;
}
