/** Everything that a run put out, and every secret that was made in it: what must never meet, however it is written. */
import { formsOf } from './secret-forms.ts';

export interface Finding {
  readonly where: string;
  /** What kind of secret it was; never the secret itself. */
  readonly what: string;
  readonly around: string;
}

export interface Evidence {
  /** Must not show any secret. */
  add(where: string, text: string): void;
  /** `what`: how a finding calls it. Texts too short to be told from chance are refused. */
  secret(what: string, text: string): void;
  /** Remembers what an answer shows on purpose, wherever in it. */
  shown(what: string, json: unknown): void;
  readonly secrets: ReadonlyMap<string, string>;
  readonly bytes: number;
  search(): Finding[];
}

const lengthMin = 12;
/** By so many characters a place is found; each form has more. */
const beginLength = 8;
/** Where answers that show secrets have them. */
const secretNames = new Set([
  'secret',
  'api_key',
  'secret_key',
  'write_only_key',
  'api_secret',
  'apiKey',
  'secretKey',
  'writeOnlyKey',
  'token',
  'authorization_token',
  'native',
  'adalo',
  'retable',
]);

export function createEvidence(): Evidence {
  const outputs: { readonly where: string; readonly text: string }[] = [];
  const secrets = new Map<string, string>();
  let bytes = 0;

  function secret(what: string, text: string): void {
    if (text.length < lengthMin) throw new Error(`the ${what} is too short to look for`);
    secrets.set(text, what);
  }

  function shown(what: string, json: unknown): void {
    if (typeof json !== 'object' || json === null) return;
    for (const [name, value] of Object.entries(json)) {
      if (typeof value === 'string' && secretNames.has(name) && value.length >= lengthMin)
        secret(`${what}, ${name}`, value);
      else shown(what, value);
    }
  }

  return {
    secret,
    shown,
    secrets,
    add(where, text) {
      bytes += text.length;
      outputs.push({ where, text });
    },
    get bytes() {
      return bytes;
    },
    search() {
      const known = new Map<string, { readonly form: string; readonly what: string }[]>();
      for (const [text, what] of secrets) {
        for (const [name, form] of formsOf(text)) {
          const begin = form.slice(0, beginLength);
          const same = known.get(begin) ?? [];
          same.push({ form, what: name === '' ? what : `${what}, as ${name}` });
          known.set(begin, same);
        }
      }
      return outputs.flatMap((output) => findIn(output, known));
    },
  };
}

/** One pass over the text, whatever the number of secrets. */
function findIn(
  { where, text }: { readonly where: string; readonly text: string },
  known: ReadonlyMap<string, readonly { readonly form: string; readonly what: string }[]>,
): Finding[] {
  const found = new Map<string, Finding>();
  for (let at = 0; at + beginLength <= text.length; at += 1) {
    for (const { form, what } of known.get(text.slice(at, at + beginLength)) ?? []) {
      if (found.has(what) || !text.startsWith(form, at)) continue;
      const around = text.slice(Math.max(0, at - 60), at + form.length + 20).replaceAll(form, '<it>');
      found.set(what, { where, what, around });
    }
  }
  return [...found.values()];
}
