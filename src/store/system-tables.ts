/**
 * What the gateway knows about each system table: columns, primary key, and which columns hold JSON text. The compiler
 * checks the lists against `core/system-rows.ts`; the migrations make the tables.
 */
import type { SystemRows, SystemTable } from '../core/system-rows.ts';

/** `assigned`: filled by the database on insert. */
type ColumnKind = 'plain' | 'json' | 'assigned';

type Columns = { readonly [T in SystemTable]: { readonly [C in keyof SystemRows[T]]: ColumnKind } };
type Keys = { readonly [T in SystemTable]: readonly (keyof SystemRows[T] & string)[] };

const columnKinds: Columns = {
  users: {
    id: 'plain',
    email: 'plain',
    name: 'plain',
    surname: 'plain',
    is_disabled: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
  workspaces: {
    id: 'plain',
    name: 'plain',
    description: 'plain',
    plan_id: 'plain',
    limits: 'json',
    created_by: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
  memberships: { workspace_id: 'plain', user_id: 'plain', role: 'plain', created_at: 'plain' },
  apps: {
    id: 'plain',
    workspace_id: 'plain',
    name: 'plain',
    description: 'plain',
    color: 'plain',
    is_api_enabled: 'plain',
    limits: 'json',
    foreign: 'json',
    created_by: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
  tables: {
    id: 'plain',
    number: 'plain',
    app_id: 'plain',
    name: 'plain',
    description: 'plain',
    role: 'plain',
    position: 'plain',
    version: 'plain',
    foreign: 'json',
    created_by: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
  fields: {
    id: 'plain',
    table_id: 'plain',
    name: 'plain',
    type: 'plain',
    options: 'json',
    is_required: 'plain',
    is_unique: 'plain',
    is_indexed: 'plain',
    position: 'plain',
    default_value: 'json',
    foreign: 'json',
    column_name: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
  keys: {
    id: 'plain',
    kind: 'plain',
    workspace_id: 'plain',
    app_id: 'plain',
    user_id: 'plain',
    name: 'plain',
    scopes: 'json',
    is_enabled: 'plain',
    generation: 'plain',
    expires_at: 'plain',
    allow_list: 'json',
    allowed_origins: 'json',
    limit_per_second: 'plain',
    settings: 'json',
    created_by: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
  key_secrets: {
    hash: 'plain',
    key_id: 'plain',
    part: 'plain',
    generation: 'plain',
    sealed: 'plain',
    hint: 'plain',
    created_at: 'plain',
    expires_at: 'plain',
    last_used_at: 'plain',
    last_used_address: 'plain',
    use_count: 'plain',
  },
  plans: { id: 'plain', name: 'plain', features: 'json', position: 'plain' },
  usage: {
    key_id: 'plain',
    table_id: 'plain',
    verb: 'plain',
    status: 'plain',
    minute: 'plain',
    workspace_id: 'plain',
    app_id: 'plain',
    calls: 'plain',
  },
  audit: {
    seq: 'assigned',
    workspace_id: 'plain',
    app_id: 'plain',
    at: 'plain',
    user_id: 'plain',
    key_id: 'plain',
    action: 'plain',
    target: 'plain',
    detail: 'json',
    address: 'plain',
  },
  changes: {
    seq: 'assigned',
    app_id: 'plain',
    table_id: 'plain',
    record_id: 'plain',
    kind: 'plain',
    actor: 'plain',
    at: 'plain',
    fields: 'json',
  },
  idempotency: {
    subject: 'plain',
    key: 'plain',
    fingerprint: 'plain',
    status: 'plain',
    body: 'plain',
    expires_at: 'plain',
  },
  files: {
    id: 'plain',
    workspace_id: 'plain',
    app_id: 'plain',
    name: 'plain',
    media_type: 'plain',
    size: 'plain',
    width: 'plain',
    height: 'plain',
    sha256: 'plain',
    is_public: 'plain',
    state: 'plain',
    created_by: 'plain',
    created_at: 'plain',
    detached_at: 'plain',
  },
  file_refs: { field_id: 'plain', record_id: 'plain', file_id: 'plain', table_id: 'plain' },
  settings: { name: 'plain', value: 'json' },
  submissions: {
    table_id: 'plain',
    record_id: 'plain',
    code: 'plain',
    referer: 'plain',
    address: 'plain',
    duration: 'plain',
    origin: 'plain',
    tags: 'json',
    at: 'plain',
  },
  submission_drafts: {
    code: 'plain',
    table_id: 'plain',
    answers: 'json',
    referer: 'plain',
    created_at: 'plain',
    updated_at: 'plain',
  },
};

const primaryKeys: Keys = {
  users: ['id'],
  workspaces: ['id'],
  memberships: ['workspace_id', 'user_id'],
  apps: ['id'],
  tables: ['id'],
  fields: ['id'],
  keys: ['id'],
  key_secrets: ['hash'],
  plans: ['id'],
  // The app belongs to the key: a workspace-wide key's calls that touch no table are still told apart by app.
  usage: ['key_id', 'minute', 'app_id', 'table_id', 'verb', 'status'],
  audit: ['seq'],
  changes: ['seq'],
  idempotency: ['subject', 'key'],
  files: ['id'],
  file_refs: ['field_id', 'record_id', 'file_id'],
  settings: ['name'],
  submissions: ['table_id', 'record_id'],
  submission_drafts: ['code'],
};

export interface SystemTableShape {
  readonly name: SystemTable;
  readonly columns: readonly string[];
  readonly kindOf: ReadonlyMap<string, ColumnKind>;
  readonly primaryKey: readonly string[];
  readonly jsonColumns: readonly string[];
  /** Columns given on insert: all but the assigned one. */
  readonly insertColumns: readonly string[];
}

const shapes = new Map<SystemTable, SystemTableShape>();
for (const name of Object.keys(columnKinds) as SystemTable[]) {
  const kindOf = new Map<string, ColumnKind>(Object.entries(columnKinds[name]));
  const columns = [...kindOf.keys()];
  shapes.set(name, {
    name,
    columns,
    kindOf,
    primaryKey: primaryKeys[name],
    jsonColumns: columns.filter((column) => kindOf.get(column) === 'json'),
    insertColumns: columns.filter((column) => kindOf.get(column) !== 'assigned'),
  });
}

export function systemTable(name: SystemTable): SystemTableShape {
  const shape = shapes.get(name);
  if (shape === undefined) throw new Error(`no system table ${String(name)}`);
  return shape;
}

export const systemTableNames: readonly SystemTable[] = [...shapes.keys()];
