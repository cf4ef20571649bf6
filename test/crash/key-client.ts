/** A client that makes keys and takes them back. What was acknowledged as closed may never open again. */
import { type Client, perform } from './client.ts';
import { type Fact, refusedText } from './journal.ts';

interface OwnKey {
  readonly id: string;
  /** The secrets that may still open something; the last is the current one. */
  secrets: string[];
  isEnabled: boolean;
}

const open: Fact = { id: null, text: 'open' };
const refused: Fact = { id: null, text: refusedText };
const keysMax = 6;

export interface KeyWriter {
  step(): Promise<void>;
}

export function createKeyWriter(client: Client): KeyWriter {
  const { random, place } = client;
  const keys: OwnKey[] = [];

  async function create(): Promise<void> {
    const answer = await perform(client, {
      what: 'create key',
      method: 'POST',
      path: `/api/v1/apps/${place.appId}/keys`,
      body: { kind: 'native', name: `Key ${client.count}`, scopes: [{ table: '*', verbs: ['read'] }] },
      facts: new Map(),
      told: ({ json }) => new Map([[`secret ${json.secret}`, open]]),
      isIdempotent: random.chance(0.5),
    });
    keys.push({ id: answer.json.id, secrets: [answer.json.secret], isEnabled: true });
  }

  /** While the request is under way the key is nobody's: if its end is never known, it is left alone from then on. */
  async function change(
    what: string,
    request: (key: OwnKey) => { facts: Map<string, Fact>; method?: string; body?: unknown },
    done: (key: OwnKey, secret: string | undefined) => void,
  ): Promise<void> {
    const key = random.pick(keys);
    keys.splice(keys.indexOf(key), 1);
    const { facts, method = 'POST', body } = request(key);
    const answer = await perform(client, {
      what: `${what} key`,
      method,
      path: method === 'DELETE' ? `/api/v1/keys/${key.id}` : `/api/v1/keys/${key.id}/${what}`,
      ...(body === undefined ? {} : { body }),
      facts,
      told: ({ json }) => {
        const made = json?.secret as string | undefined;
        return made === undefined ? facts : new Map([...facts, [`secret ${made}`, key.isEnabled ? open : refused]]);
      },
    });
    done(key, answer.json?.secret);
    if (method !== 'DELETE') keys.push(key);
  }

  const all = (key: OwnKey, fact: Fact) => new Map(key.secrets.map((secret) => [`secret ${secret}`, fact]));

  const disable = () =>
    change(
      'disable',
      (key) => ({ facts: all(key, refused) }),
      (key) => {
        key.isEnabled = false;
      },
    );
  const enable = () =>
    change(
      'enable',
      (key) => ({ facts: all(key, open) }),
      (key) => {
        key.isEnabled = true;
      },
    );
  const remove = () =>
    change(
      'delete',
      (key) => ({ facts: all(key, refused), method: 'DELETE' }),
      () => undefined,
    );
  const rotate = () =>
    change(
      'rotate',
      (key) => ({ facts: all(key, refused), body: {} }),
      (key, made) => {
        key.secrets = made === undefined ? [] : [made];
      },
    );
  const rotateWithOverlap = () =>
    change(
      'rotate',
      () => ({ facts: new Map(), body: { overlap_seconds: 86_400 } }),
      (key, made) => {
        if (made !== undefined) key.secrets.push(made);
      },
    );

  return {
    async step() {
      if (keys.length === 0 || (keys.length < keysMax && random.chance(0.3))) return create();
      return random.pick([disable, enable, remove, rotate, rotate, rotateWithOverlap])();
    },
  };
}
