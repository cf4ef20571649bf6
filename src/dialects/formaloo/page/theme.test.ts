import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Color, contrast, readColor } from './colors.ts';
import { themeCss } from './theme.ts';

test('colors are read as JSON text, as objects and as hexadecimal', () => {
  assert.deepEqual(readColor('{"r":1,"g":2,"b":3,"a":1}'), [1, 2, 3]);
  assert.deepEqual(readColor({ r: 0, g: 0, b: 0, a: 0.5 }), [128, 128, 128]);
  assert.deepEqual(readColor('#1b2c3d'), [27, 44, 61]);
  assert.deepEqual(readColor('fff'), [255, 255, 255]);
  for (const wrong of [null, '', 'red', '{"r":1}', '{"r":"x","g":1,"b":1}', '#12', 'url(x)'])
    assert.equal(readColor(wrong), null);
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
});

test('a form without colors of its own keeps those of the page', () => {
  assert.equal(themeCss({ title: 'x', button_color: null }), null);
});

const color = fc.option(
  fc
    .record({ r: fc.nat(255), g: fc.nat(255), b: fc.nat(255), a: fc.constantFrom(1, 1, 0.5) })
    .map((one) => JSON.stringify(one)),
  { nil: null },
);
const memory = fc.record({
  text_color: color,
  button_color: color,
  field_color: color,
  background_color: color,
  border_color: color,
  submit_text_color: color,
  theme_color: fc.constant('{"r":255,"g":230,"b":0,"a":1}'),
});

test('whatever colors are chosen, every text is read and every edge is seen', () => {
  fc.assert(
    fc.property(memory, (chosen) => {
      const css = themeCss(chosen) ?? '';
      assert.match(css, /^:root\{color-scheme:(?:dark|light)(?:;--[a-z-]+:rgb\(\d+ \d+ \d+\))+\}$/);
      const of = (name: string): Color => {
        const [, ...parts] = new RegExp(`--${name}:rgb\\((\\d+) (\\d+) (\\d+)\\)`).exec(css) ?? [];
        return parts.map(Number) as unknown as Color;
      };
      for (const [front, back, ratio] of [
        ['text', 'card', 7],
        ['soft', 'card', 4.5],
        ['field-text', 'field', 7],
        ['accent', 'card', 4.5],
        ['on-button', 'button', 4.5],
        ['error', 'card', 4.5],
        ['error', 'error-tint', 4.5],
      ] as const) {
        // The nearest of black and white is the best that there is.
        const best = Math.max(contrast([0, 0, 0], of(back)), contrast([255, 255, 255], of(back)));
        const reached = contrast(of(front), of(back));
        assert.ok(reached >= Math.min(ratio, best) - 0.01, `${front} on ${back}: ${reached}`);
      }
    }),
  );
});
