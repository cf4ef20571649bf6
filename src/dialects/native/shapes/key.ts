import { toIso } from '../../../core/clock.ts';
import type { AdvisedKey } from '../../../core/keys/advise-keys.ts';
import type { KeyDescription } from '../../../core/keys/describe-key.ts';
import type { KeyView, PlainSecrets } from '../../../core/keys/key-secrets.ts';
import type { RotatedKey } from '../../../core/keys/rotate-key.ts';
import { keyKinds } from '../../../core/keys/scopes.ts';
import type { KeyPart } from '../../../core/keys/secret-format.ts';
import { type Static, Type } from '../../../core/schema.ts';
import { verbs } from '../../../core/workspaces/roles.ts';
import { id, name, named, namedBody, nullable, time } from './parts.ts';

const verb = Type.Enum([...verbs, '*'], { description: '`*`: all of them.' });

const scope = named(
  'Scope',
  {
    app: Type.Optional(Type.String({ description: 'Id of an app; left out: the app of the key, or every app.' })),
    table: Type.String({ description: 'Id of a table, or `*` for every table.' }),
    verbs: Type.Array(verb, { minItems: 1, maxItems: 20 }),
    readable: Type.Optional(Type.Array(Type.String(), { description: 'Fields that can be read, by name or id.' })),
    writable: Type.Optional(Type.Array(Type.String(), { description: 'Fields that can be written, by name or id.' })),
  },
  { additionalProperties: false, examples: [{ table: '*', verbs: ['read'] }] },
);

const kind = Type.Enum([...keyKinds], {
  description: 'Which API the key opens: native this one; app, pair and personal the others.',
});
const allowList = Type.Array(Type.String({ examples: ['203.0.113.0/24'] }), {
  maxItems: 1000,
  description: 'Addresses and CIDR blocks from which the key may be used; empty: any.',
});
const allowedOrigins = Type.Array(Type.String({ examples: ['https://app.example.com'] }), {
  maxItems: 50,
  description: 'Browser origins from which the key may be used; empty: any.',
});
const limit = nullable(
  Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: 'Calls per second; 0: no limit; null: as the app and plan say.',
  }),
);
const settings = Type.Object(
  { token_ttl_seconds: Type.Optional(Type.Integer({ description: 'Life of the tokens of a pair.' })) },
  { additionalProperties: false },
);

const traits = {
  scopes: Type.Optional(
    Type.Array(scope, { maxItems: 500, description: 'What a native key may do; others have none.' }),
  ),
  expires_at: Type.Optional(nullable(time('Null: never.'))),
  allow_list: Type.Optional(allowList),
  allowed_origins: Type.Optional(allowedOrigins),
  limit: Type.Optional(limit),
  settings: Type.Optional(settings),
};

export const keyInput = namedBody(
  'KeyInput',
  { kind: Type.Optional(Type.Enum([...keyKinds], { default: 'native' })), name, ...traits },
  { examples: [{ kind: 'native', name: 'Shop front', scopes: [{ table: '*', verbs: ['read'] }] }] },
);

export const ownKeyInput = namedBody(
  'OwnKeyInput',
  {
    kind: Type.Optional(Type.Enum(['personal', 'native'], { default: 'personal' })),
    name,
    workspace_id: Type.Optional(id('Whose plan counts the key; left out: the workspace of the key that asks.')),
    ...traits,
  },
  { examples: [{ kind: 'personal', name: 'My scripts' }] },
);

export const keyPatch = namedBody('KeyPatch', { name: Type.Optional(name), ...traits });

const secretSummary = Type.Object({
  part: Type.Enum(['key', 'secret', 'write_only']),
  hint: Type.String({ description: 'Its last four characters.' }),
  generation: Type.Integer(),
  created_at: time(),
  expires_at: nullable(time('End of its rotation overlap; null while it is current.')),
  last_used_at: nullable(time()),
  last_used_address: nullable(Type.String()),
  use_count: Type.Integer(),
});

const keyProperties = {
  id: id(),
  kind,
  name,
  workspace_id: id(),
  app_id: nullable(id()),
  user_id: id('Whose rights it carries.'),
  scopes: Type.Array(scope),
  is_enabled: Type.Boolean(),
  expires_at: nullable(time()),
  allow_list: allowList,
  allowed_origins: allowedOrigins,
  limit,
  settings,
  created_at: time(),
  updated_at: time(),
  last_used_at: nullable(time('Lags up to 5 s.')),
  last_used_address: nullable(Type.String()),
  use_count: Type.Integer(),
  parts: Type.Array(secretSummary, { description: 'Its secrets as far as they are shown: current ones first.' }),
};

export const keyShape = named('Key', keyProperties);

const advice = Type.Object({
  kind: Type.Enum(['unused', 'old', 'use_changed', 'refused_often']),
  message: Type.String({ description: 'What was noticed, and what to do.' }),
});

/** A key in a list, where its use is looked at. */
export const listedKeyShape = named('ListedKey', {
  ...keyProperties,
  advice: Type.Array(advice, { description: 'What its age and use of the last days suggest; empty when all is well.' }),
});

const secretProperties = {
  secret: Type.Optional(Type.String({ description: 'The key itself.', examples: ['tsr_…'] })),
  secrets: Type.Optional(
    Type.Object(
      { api_key: Type.String(), secret_key: Type.String(), write_only_key: Type.String() },
      { description: 'Instead of `secret` where the kind is `pair`.' },
    ),
  ),
};

export const secretsShape = named('KeySecrets', { id: id(), ...secretProperties });
export const createdKeyShape = named('CreatedKey', { ...keyProperties, ...secretProperties });
export const rotatedKeyShape = named('RotatedKey', {
  ...keyProperties,
  ...secretProperties,
  previous: Type.Object({
    expires_at: time('Until when the replaced secrets work.'),
    last_used_at: nullable(time('When they were last seen.')),
  }),
});

export const rotateInput = namedBody('RotateInput', {
  overlap_seconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_592_000, default: 0, description: 'How long the old secrets keep working.' }),
  ),
});

const isoOrNull = (ms: number | null) => (ms === null ? null : toIso(ms));

export function keyView(key: KeyView): Static<typeof keyShape> {
  return {
    id: key.id,
    kind: key.kind,
    name: key.name,
    workspace_id: key.workspace_id,
    app_id: key.app_id,
    user_id: key.user_id,
    scopes: scopesOf(key.scopes),
    is_enabled: key.is_enabled === 1,
    expires_at: isoOrNull(key.expires_at),
    allow_list: [...key.allow_list],
    allowed_origins: [...key.allowed_origins],
    limit: key.limit_per_second,
    settings: key.settings,
    created_at: toIso(key.created_at),
    updated_at: toIso(key.updated_at),
    last_used_at: isoOrNull(key.last_used_at),
    last_used_address: key.last_used_address,
    use_count: key.use_count,
    parts: key.secrets.map((one) => ({
      part: one.part,
      hint: one.hint,
      generation: one.generation,
      created_at: toIso(one.created_at),
      expires_at: isoOrNull(one.expires_at),
      last_used_at: isoOrNull(one.last_used_at),
      last_used_address: one.last_used_address,
      use_count: one.use_count,
    })),
  };
}

export function listedKeyView(key: AdvisedKey): Static<typeof listedKeyShape> {
  return { ...keyView(key), advice: key.advice.map(({ kind, message }) => ({ kind, message })) };
}

function scopesOf(scopes: KeyView['scopes']): Static<typeof scope>[] {
  return scopes.map(({ app, table, verbs: names, readable, writable }) => ({
    ...(app === undefined ? {} : { app }),
    table,
    verbs: [...names],
    ...(readable === undefined ? {} : { readable: [...readable] }),
    ...(writable === undefined ? {} : { writable: [...writable] }),
  }));
}

/** `{secret}`, or for a pair `{secrets: {api_key, secret_key, write_only_key}}`. */
export function secretsView(plain: PlainSecrets): Omit<Static<typeof secretsShape>, 'id'> {
  const text = (part: KeyPart) => plain[part] ?? '';
  if (plain.secret === undefined) return { secret: text('key') };
  return { secrets: { api_key: text('key'), secret_key: text('secret'), write_only_key: text('write_only') } };
}

export const verifiedShape = named('VerifiedKey', {
  id: id(),
  kind,
  name,
  user_id: id('Whose rights it carries.'),
  workspace: Type.Object({ id: id(), name }),
  app: nullable(Type.Object({ id: id(), name })),
  role: Type.String({ description: 'Role of that user in the workspace, which bounds the key.', examples: ['owner'] }),
  verbs: Type.Array(Type.Enum([...verbs]), {
    description: 'Verbs over everything in reach; `scopes` may add more on single tables.',
  }),
  scopes: Type.Array(scope),
  expires_at: nullable(time()),
  secret_expires_at: nullable(time('End of the rotation overlap in which the secret is.')),
  limit: Type.Integer({ description: 'Calls per second; 0: no limit.' }),
  allow_list: allowList,
});

export function verifiedView(key: KeyDescription): Static<typeof verifiedShape> {
  return {
    id: key.id,
    kind: key.kind,
    name: key.name,
    user_id: key.user_id,
    workspace: key.workspace,
    app: key.app,
    role: key.role,
    verbs: [...key.verbs],
    scopes: scopesOf(key.scopes),
    expires_at: isoOrNull(key.expires_at),
    secret_expires_at: isoOrNull(key.secret_expires_at),
    limit: key.limit_per_second,
    allow_list: [...key.allow_list],
  };
}

export function rotatedView({ key, secrets, previous }: RotatedKey): Static<typeof rotatedKeyShape> {
  return {
    ...keyView(key),
    ...secretsView(secrets),
    previous: { expires_at: toIso(previous.expires_at), last_used_at: isoOrNull(previous.last_used_at) },
  };
}
