/** Looks at the beginning of a file: whether it is text at all, and what separates its cells. */

/** Beginnings of files that people take for CSV, and what to say about them. */
const otherFormats: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'is an Excel or ZIP file; save it as "CSV UTF-8" first'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'is an old Excel file; save it as "CSV UTF-8" first'],
  [[0x1f, 0x8b], 'is compressed; unpack it first'],
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF file'],
];

/** Why these bytes are not the beginning of a CSV file; null when they may be. */
export function problemOfBytes(head: Uint8Array): string | null {
  const known = otherFormats.find(([bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (known !== undefined) return known[1];
  if (/^\s*(?:\{\s*"|\[\s*\{)/.test(new TextDecoder().decode(head.subarray(0, 64))))
    return 'looks like JSON; CSV, JSON Lines (one object per line) and XLSX can be imported';
  return head.includes(0) ? problemOfZeros(head) : null;
}

/** Of UTF-16 text without a mark, every second byte is mostly zero. */
function problemOfZeros(head: Uint8Array): string {
  const zeros = [0, 0];
  for (const [at, byte] of head.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (head.length < 4 || Math.min(even, odd) > 0 || even + odd < head.length / 4) return 'is not a text file';
  const encoding = odd > 0 ? 'UTF-16LE' : 'UTF-16BE';
  return `looks like ${encoding} without a mark; save it as UTF-8, for example with: iconv -f ${encoding} -t UTF-8`;
}

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const recordsLookedAt = 50;

/**
 * The delimiter that cuts the first records into the same number of cells, and into most of them. A file of one column has
 * none; then it is the comma.
 */
export function detectDelimiter(head: string): Delimiter {
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const counts = cellsPerRecord(head, delimiter);
    const [header = 1] = counts;
    if (header < 2) continue;
    const alike = counts.filter((count) => count === header).length / counts.length;
    // That records agree says more than how many cells they have: texts hold commas in any number.
    const score = alike * 1000 + Math.min(header, 100);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** Cells of each record, with quotes respected; the last, possibly cut, record is left out where there are others. */
function cellsPerRecord(text: string, delimiter: string): number[] {
  const counts: number[] = [];
  let cells = 1;
  let isQuoted = false;
  let isEmpty = true;
  for (let at = 0; at < text.length && counts.length < recordsLookedAt; at += 1) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === delimiter) cells += 1;
    else if (!isQuoted && (character === '\n' || character === '\r')) {
      if (!isEmpty) counts.push(cells);
      cells = 1;
      isEmpty = true;
      continue;
    }
    isEmpty = false;
  }
  if (counts.length === 0 && !isEmpty) counts.push(cells);
  return counts;
}
