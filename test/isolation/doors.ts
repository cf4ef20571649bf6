/** How each dialect is asked, and with what it refuses whom: the only place that knows a dialect's own ways. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Core } from '../../src/core/context.ts';
import { newId } from '../../src/core/ids.ts';
import { issueToken } from '../../src/core/keys/issue-token.ts';
import type { PlainSecrets } from '../../src/core/keys/key-secrets.ts';
import type { KeyKind } from '../../src/core/keys/scopes.ts';
import { newSecret } from '../../src/core/keys/secret-format.ts';

export const doorNames = ['native', 'adalo', 'retable', 'formaloo'] as const;
export type DoorName = (typeof doorNames)[number];

/** Why a credential opens nothing. */
export const defects = [
  'none',
  'malformed',
  'wrong',
  'of another kind',
  'disabled',
  'expired',
  'replaced',
  'of a disabled user',
  'of a removed member',
  'from another address',
  'of a closed app',
] as const;
export type Defect = (typeof defects)[number];

export interface Door {
  readonly kind: KeyKind;
  headers(core: Core, secrets: PlainSecrets): Promise<OutgoingHttpHeaders>;
  /** Looks like a credential and is none. */
  wrong(core: Core): Promise<OutgoingHttpHeaders>;
  malformed(): OutgoingHttpHeaders;
  /** Status of the refusal, by what is wrong with the credential. */
  readonly refusals: Readonly<Record<Defect, number>>;
  /** Statuses that tell a stranger that there is nothing of theirs. */
  readonly unknown: readonly number[];
}

const unauthorized: Record<Defect, number> = {
  none: 401,
  malformed: 401,
  wrong: 401,
  'of another kind': 401,
  disabled: 401,
  expired: 401,
  replaced: 401,
  'of a disabled user': 401,
  'of a removed member': 401,
  'from another address': 403,
  'of a closed app': 403,
};

const bearer = (secret: string | undefined): OutgoingHttpHeaders => ({ authorization: `Bearer ${secret}` });

export const doors: Readonly<Record<DoorName, Door>> = {
  native: {
    kind: 'native',
    headers: async (_core, { key }) => bearer(key),
    wrong: async () => bearer(newSecret('native', 'key')),
    malformed: () => ({ authorization: 'Basic eHg6eHg=' }),
    refusals: unauthorized,
    unknown: [404],
  },
  adalo: {
    kind: 'app',
    headers: async (_core, { key }) => bearer(key),
    wrong: async () => bearer(newSecret('app', 'key')),
    malformed: () => ({ authorization: 'Basic eHg6eHg=' }),
    // wire/adalo.md §2: a missing token is 400.
    refusals: { ...unauthorized, none: 400, malformed: 400 },
    // wire/adalo.md §2: an app that the token is not of, whether there or not.
    unknown: [403],
  },
  retable: {
    kind: 'personal',
    headers: async (_core, { key }) => ({ apikey: key ?? '' }),
    wrong: async () => ({ apikey: newSecret('personal', 'key') }),
    malformed: () => ({ apikey: '' }),
    // wire/retable.md §2.4: a disabled key is 423.
    refusals: { ...unauthorized, disabled: 423 },
    unknown: [404],
  },
  formaloo: {
    kind: 'pair',
    async headers(core, { key, secret }) {
      const verified = await core.keyRing.verify(secret ?? '', 'pair', ['secret'], '127.0.0.1');
      return { 'x-api-key': key ?? '', authorization: `JWT ${issueToken(core, verified).token}` };
    },
    async wrong(core) {
      const token = core.secrets.mintToken({ int: newId(), gen: 1, exp: Math.ceil(core.clock.now() / 1000) + 86_400 });
      return { 'x-api-key': newSecret('pair', 'key'), authorization: `JWT ${token}` };
    },
    malformed: () => ({ 'x-api-key': 'nothing', authorization: 'Token nothing' }),
    refusals: unauthorized,
    unknown: [404],
  },
};
