/** The Range header (RFC 9110 §14), as far as one range goes. */
import type { ByteRange } from '../core/files/storage.ts';

/**
 * The bytes asked for, cut to what is there. `whole`: no range, one in another unit, or several, which may be ignored.
 * `none`: it begins beyond the end.
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'whole' | 'none' {
  const [, from = '', to = ''] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  if (from === '') {
    const last = Math.min(Number(to), size);
    return last === 0 ? 'none' : { start: size - last, end: size - 1 };
  }
  const start = Number(from);
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  // A range that ends before it begins is malformed, and malformed ones are ignored.
  if (to !== '' && Number(to) < start) return 'whole';
  return start >= size ? 'none' : { start, end };
}
