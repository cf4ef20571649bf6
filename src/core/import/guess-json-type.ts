/** The type of a column of JSON values: a number is a number and a text is a text, whatever it looks like. */
import type { Json } from '../fields/field-type.ts';
import { type ColumnType, createTypeGuess } from './guess-type.ts';
import type { ColumnGuess } from './source-table.ts';

const plain = (type: ColumnType['type']): ColumnType => ({ type, options: {} });

/** Types that say how a text is to be read as something else; in JSON that something would stand there itself. */
const ofOtherKinds = new Set(['number', 'checkbox']);

export function createJsonTypeGuess(): ColumnGuess {
  const kinds = new Set<string>();
  const numbers = createTypeGuess();
  const texts = createTypeGuess();
  return {
    see(value: Json) {
      const kind = typeof value;
      kinds.add(kind);
      if (kind === 'number') numbers.see(String(value));
      if (typeof value === 'string') texts.see(value);
    },
    result() {
      const [kind = 'string', ...others] = kinds;
      if (others.length > 0 || kind === 'object') return plain('json');
      if (kind === 'boolean') return plain('checkbox');
      if (kind === 'number') {
        const found = numbers.result();
        return found.type === 'number' ? found : plain('number');
      }
      const found = texts.result();
      return ofOtherKinds.has(found.type) ? plain('text') : found;
    },
  };
}
