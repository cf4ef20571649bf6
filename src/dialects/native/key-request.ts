/** What the routes that make and change keys have in common: traits in and secrets out. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../core/context.ts';
import type { CreatedKey } from '../../core/keys/create-key.ts';
import type { KeyTraits } from '../../core/keys/key-input.ts';
import type { Scope } from '../../core/keys/scopes.ts';
import type { Once } from '../../core/once.ts';
import type { Static } from '../../core/schema.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { answerOnce } from './once.ts';
import { type keyPatch, keyView, secretsView } from './shapes/key.ts';

type Traits = Static<typeof keyPatch>;

/** What the body says about a key, as the core takes it. Absent things stay absent. */
export async function traitsOf(
  core: Core,
  body: Omit<Traits, 'name'>,
): Promise<KeyTraits & { readonly scopes?: readonly Scope[] }> {
  const { scopes, expires_at: expiresAt, limit, allow_list, allowed_origins, settings } = body;
  return {
    ...(allow_list === undefined ? {} : { allow_list }),
    ...(allowed_origins === undefined ? {} : { allowed_origins }),
    ...(settings === undefined ? {} : { settings }),
    ...(limit === undefined ? {} : { limit_per_second: limit }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt === null ? null : Date.parse(expiresAt) }),
    ...(scopes === undefined ? {} : { scopes: await Promise.all(scopes.map((scope) => scopeOf(core, scope))) }),
  };
}

/** Fields can be named; keys keep ids, so that renaming a field changes no key. */
async function scopeOf(core: Core, scope: NonNullable<Traits['scopes']>[number]): Promise<Scope> {
  const { readable, writable, ...rest } = scope;
  if (readable === undefined && writable === undefined) return rest;
  const table = await core.catalog.table(scope.table);
  return {
    ...rest,
    ...(readable === undefined ? {} : { readable: fieldIds(table, readable) }),
    ...(writable === undefined ? {} : { writable: fieldIds(table, writable) }),
  };
}

/** What is no name of a field is left as it is: it may be an id, and is refused with its place where it is not. */
function fieldIds(table: TableSchema | undefined, names: readonly string[]): string[] {
  return names.map((name) => table?.fieldByName.get(name)?.id ?? name);
}

/** 201 with the key and its secrets. A kept answer is sealed like the secrets in it. */
export function answerCreatedKey(
  request: FastifyRequest,
  reply: FastifyReply,
  create: (once: Once<CreatedKey> | undefined) => Promise<CreatedKey>,
): Promise<FastifyReply> {
  return answerOnce<CreatedKey>(
    request,
    reply,
    {
      answer: ({ key, secrets }) => {
        const body = JSON.stringify({ ...keyView(key), ...secretsView(secrets) });
        return { status: 201, body };
      },
      locate: (id) => `/api/v1/keys/${id}`,
      isSecret: true,
    },
    create,
  );
}
