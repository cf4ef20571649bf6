/** What `tessera key` needs done, in the shapes of the native API; by the core here, by a server in `key-admin-remote.ts`. */
import { toIso } from '../core/clock.ts';
import { type Core, systemActor } from '../core/context.ts';
import type { KeyView, PlainSecrets } from '../core/keys/key-secrets.ts';
import type { KeyKind, Scope } from '../core/keys/scopes.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A key without its secrets, as the native API shows it. */
export interface ShownKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly workspace_id: string;
  readonly app_id: string | null;
  readonly user_id: string;
  readonly scopes: readonly Scope[];
  readonly is_enabled: boolean;
  readonly expires_at: string | null;
  readonly allow_list: readonly string[];
  readonly limit: number | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly use_count: number;
  /** Its secrets by their last characters. */
  readonly parts: readonly { readonly part: string; readonly hint: string; readonly expires_at: string | null }[];
  /** In lists: what the key's age and use suggest. */
  readonly advice?: readonly { readonly kind: string; readonly message: string }[];
}

/** One secret, or the three of a pair. */
export interface ShownSecrets {
  readonly secret?: string;
  readonly secrets?: { readonly api_key: string; readonly secret_key: string; readonly write_only_key: string };
}

export interface NewKey {
  readonly kind: KeyKind;
  readonly name: string;
  /** Null: a key of its user, which reaches every workspace of theirs. */
  readonly appId: string | null;
  readonly workspaceId: string | null;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number | null;
  readonly allowList: readonly string[];
  readonly limit: number | null;
}

export interface KeyAdmin {
  workspaces(): Promise<readonly Named[]>;
  apps(workspaceId: string): Promise<readonly Named[]>;
  tables(appId: string): Promise<readonly Named[]>;
  create(key: NewKey): Promise<ShownKey & ShownSecrets>;
  list(place: { readonly appId: string } | { readonly workspaceId: string }): Promise<readonly ShownKey[]>;
  reveal(id: string): Promise<{ readonly id: string } & ShownSecrets>;
  rotate(id: string, overlapSeconds: number): Promise<ShownKey & ShownSecrets>;
  enable(id: string): Promise<ShownKey>;
  disable(id: string): Promise<ShownKey>;
  remove(id: string): Promise<void>;
}

/** Beside the server's files, as the server itself: every operation is allowed, and audited as `system`. */
export async function createLocalKeyAdmin(core: Core): Promise<KeyAdmin> {
  const [create, list, reveal, rotate, enable, disable, remove, workspaces, apps, tables] = await Promise.all([
    import('../core/keys/create-key.ts'),
    import('../core/keys/list-keys.ts'),
    import('../core/keys/reveal-key.ts'),
    import('../core/keys/rotate-key.ts'),
    import('../core/keys/enable-key.ts'),
    import('../core/keys/disable-key.ts'),
    import('../core/keys/delete-key.ts'),
    import('../core/workspaces/list-workspaces.ts'),
    import('../core/apps/list-apps.ts'),
    import('../core/tables/list-tables.ts'),
  ]);
  return {
    workspaces: () => workspaces.listWorkspaces(core, systemActor),
    apps: (workspaceId) => apps.listApps(core, systemActor, workspaceId),
    tables: (appId) => tables.listTables(core, systemActor, appId),
    async create(input) {
      const { key, secrets } = await create.createKey(core, systemActor, {
        kind: input.kind,
        name: input.name,
        app_id: input.appId,
        workspace_id: input.workspaceId,
        scopes: input.scopes,
        expires_at: input.expiresAt,
        allow_list: input.allowList,
        limit_per_second: input.limit,
      });
      return { ...shown(key), ...shownSecrets(secrets) };
    },
    list: async (place) =>
      (await list.listKeys(core, systemActor, place)).map((key) => ({ ...shown(key), advice: key.advice })),
    // Who can read the database and its master key needs no fresh session.
    reveal: async (id) => ({
      id,
      ...shownSecrets(await reveal.revealKey(core, systemActor, id, { isFreshSession: true })),
    }),
    async rotate(id, seconds) {
      const { key, secrets } = await rotate.rotateKey(core, systemActor, id, { overlap_seconds: seconds });
      return { ...shown(key), ...shownSecrets(secrets) };
    },
    enable: async (id) => shown(await enable.enableKey(core, systemActor, id)),
    disable: async (id) => shown(await disable.disableKey(core, systemActor, id)),
    remove: (id) => remove.deleteKey(core, systemActor, id),
  };
}

function shown(key: KeyView): ShownKey {
  const iso = (ms: number | null) => (ms === null ? null : toIso(ms));
  return {
    id: key.id,
    kind: key.kind,
    name: key.name,
    workspace_id: key.workspace_id,
    app_id: key.app_id,
    user_id: key.user_id,
    scopes: key.scopes,
    is_enabled: key.is_enabled === 1,
    expires_at: iso(key.expires_at),
    allow_list: key.allow_list,
    limit: key.limit_per_second,
    created_at: toIso(key.created_at),
    last_used_at: iso(key.last_used_at),
    use_count: key.use_count,
    parts: key.secrets.map(({ part, hint, expires_at }) => ({ part, hint, expires_at: iso(expires_at) })),
  };
}

function shownSecrets({ key = '', secret, write_only }: PlainSecrets): ShownSecrets {
  if (secret === undefined) return { secret: key };
  return { secrets: { api_key: key, secret_key: secret, write_only_key: write_only ?? '' } };
}
