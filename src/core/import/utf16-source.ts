/** Text files in UTF-16, as spreadsheets save "Unicode text", read as if they were UTF-8. */
import { type ImportSource, sourceRefused } from './import-source.ts';

const encodings = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/** The source itself, unless its first bytes are the mark of UTF-16. */
export function inUtf8(source: ImportSource, head: Uint8Array): ImportSource {
  const found = encodings.find(({ mark }) => mark.every((byte, at) => head[at] === byte));
  if (found === undefined) return source;
  const { name, bytes } = source;
  return { name, bytes, open: () => decoded(source, found.encoding) };
}

async function* decoded(source: ImportSource, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      const name = encoding.toUpperCase();
      throw sourceRefused(source, `begins as ${name} text, but is none; save it as UTF-8`);
    }
  };
  for await (const bytes of source.open()) {
    const text = decode(bytes);
    if (text !== '') yield Buffer.from(text);
  }
  decode();
}
