/** The ways in which a secret can stand in a text: as it is, escaped, in hexadecimal, and inside something in base64. */

/** Below this a form could be there by chance. */
const lengthMin = 10;

/** Name of the form (empty: as it is) and text, each once. */
export function formsOf(secret: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  const forms: (readonly [string, string])[] = [
    ['', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['part of a URL', encodeURIComponent(secret)],
    ['hexadecimal', hex],
    ['hexadecimal', hex.toUpperCase()],
    ...[0, 1, 2].flatMap((shift) => inBase64(bytes, shift)),
    // What is base64 itself may be written as the bytes that it stands for.
    ...decoded(secret).flatMap((raw): (readonly [string, string])[] => [
      ['its bytes in hexadecimal', raw.toString('hex')],
      ['its bytes in base64', raw.toString('base64').replace(/=+$/, '')],
      ['its bytes in base64url', raw.toString('base64url')],
    ]),
  ];
  const seen = new Set<string>();
  return forms.filter(([, text]) => text.length >= lengthMin && !seen.has(text) && seen.add(text) !== undefined);
}

/**
 * As it stands in something longer, with `shift` bytes (modulo 3) before it: without the characters at both ends that
 * depend on what is around it.
 */
function inBase64(bytes: Buffer, shift: number): (readonly [string, string])[] {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
  const first = shift === 0 ? 0 : shift + 1;
  const last = Math.floor((whole.length * 8) / 6);
  const text = whole.toString('base64').slice(first, last);
  return [
    ['part of base64', text],
    ['part of base64url', text.replaceAll('+', '-').replaceAll('/', '_')],
  ];
}

/** The bytes of a text that is base64 of as many as keys have. */
function decoded(secret: string): Buffer[] {
  if (!/^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(secret)) return [];
  const raw = Buffer.from(secret, 'base64');
  return raw.length >= 16 ? [raw] : [];
}
