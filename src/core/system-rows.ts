/**
 * The rows of the system tables, as the store gives and takes them. Times are milliseconds since 1970; ids are 16-character
 * base62 unless said otherwise; columns of type `Json…` are kept as JSON text and parsed by the store.
 */
import type { FieldTypeName, Json } from './fields/field-type.ts';
import type { KeyKind, Scope } from './keys/scopes.ts';
import type { Role } from './workspaces/roles.ts';

type JsonObject = Readonly<Record<string, Json>>;

export interface UserRow {
  id: string;
  /** Lower-cased, unique. */
  email: string;
  name: string;
  surname: string;
  is_disabled: 0 | 1;
  created_at: number;
  updated_at: number;
}

export interface WorkspaceRow {
  id: string;
  name: string;
  description: string | null;
  plan_id: string;
  /** Calls per second by limit class, overriding the plan; 0 switches a limit off. */
  limits: JsonObject;
  created_by: string;
  created_at: number;
  updated_at: number | null;
}

export interface MembershipRow {
  workspace_id: string;
  user_id: string;
  role: Role;
  created_at: number;
}

export interface AppRow {
  id: string;
  workspace_id: string;
  name: string;
  description: string | null;
  color: string | null;
  is_api_enabled: 0 | 1;
  limits: JsonObject;
  /** What dialects remember about the app under their own name. */
  foreign: JsonObject;
  created_by: string;
  created_at: number;
  updated_at: number;
}

export interface TableRow {
  id: string;
  /** Unique over the instance, never reused. */
  number: number;
  app_id: string;
  name: string;
  description: string | null;
  role: 'users' | null;
  position: number;
  version: number;
  foreign: JsonObject;
  created_by: string | null;
  created_at: number;
  updated_at: number;
}

export interface FieldRow {
  id: string;
  table_id: string;
  name: string;
  type: FieldTypeName;
  options: JsonObject;
  is_required: 0 | 1;
  is_unique: 0 | 1;
  is_indexed: 0 | 1;
  position: number;
  default_value: Json;
  foreign: JsonObject;
  column_name: string;
  created_at: number;
  updated_at: number;
}

export interface KeyRow {
  id: string;
  kind: KeyKind;
  workspace_id: string;
  /** Null: every app of every workspace of the user (personal keys, and native keys of a person). */
  app_id: string | null;
  /** Whose rights it carries. */
  user_id: string;
  name: string;
  /** Native keys; an empty list otherwise. */
  scopes: readonly Scope[];
  is_enabled: 0 | 1;
  /** Grows with every rotation; tokens carry it, so rotation kills them. */
  generation: number;
  expires_at: number | null;
  /** Addresses and CIDR blocks; empty means any. */
  allow_list: readonly string[];
  allowed_origins: readonly string[];
  /** Calls per second for this key; null: from plan and dialect; 0: no limit. */
  limit_per_second: number | null;
  /** Kind-specific settings, e.g. `{token_ttl_seconds: 300}`. */
  settings: JsonObject;
  created_by: string;
  created_at: number;
  updated_at: number;
}

/** One secret of a key. A pair has three (key, secret, write_only); during a rotation overlap there are twice as many. */
export interface KeySecretRow {
  /** Base64url of SHA-256 of the secret: primary key. */
  hash: string;
  key_id: string;
  part: 'key' | 'secret' | 'write_only';
  generation: number;
  /** AES-256-GCM under the master key, for kinds that are shown again; null otherwise. */
  sealed: string | null;
  /** Last four characters, to recognise it by. */
  hint: string;
  created_at: number;
  /** End of a rotation overlap; null while current. */
  expires_at: number | null;
  last_used_at: number | null;
  last_used_address: string | null;
  use_count: number;
}

export interface PlanRow {
  id: string;
  name: string;
  features: JsonObject;
  position: number;
}

/** Calls counted per minute. */
export interface UsageRow {
  key_id: string;
  /** Empty for calls that touch no table. */
  table_id: string;
  verb: string;
  /** 2, 4 or 5; 401, 423 and 429 are counted under their own number. */
  status: number;
  /** Minutes since 1970. */
  minute: number;
  workspace_id: string;
  app_id: string;
  calls: number;
}

export interface AuditRow {
  /** Ascending, assigned by the store: 0 on insert. */
  seq: number;
  workspace_id: string | null;
  app_id: string | null;
  at: number;
  user_id: string | null;
  key_id: string | null;
  action: string;
  target: string;
  detail: JsonObject;
  address: string | null;
}

export interface ChangeRow {
  /** Ascending in commit order, never reused, assigned by the store: 0 on insert. */
  seq: number;
  app_id: string;
  table_id: string;
  record_id: number;
  kind: 'create' | 'update' | 'delete';
  actor: string;
  at: number;
  fields: JsonObject;
}

export interface IdempotencyRow {
  /** Who sent it (key or user id). */
  subject: string;
  key: string;
  /** Hash of method, path and body. */
  fingerprint: string;
  status: number;
  body: string;
  expires_at: number;
}

/** A file that was uploaded. Its content is in the file storage, under a key made of the id. */
export interface FileRow {
  id: string;
  workspace_id: string;
  app_id: string;
  name: string;
  /** As the content tells it, not as the client called it. */
  media_type: string;
  /** Bytes. */
  size: number;
  /** Pixels as shown (turned as the picture says); null for what is no picture, or one that does not tell. */
  width: number | null;
  height: number | null;
  /** Hexadecimal; empty while the content is arriving. */
  sha256: string;
  is_public: 0 | 1;
  /** `uploading`: not yet whole. `removing`: nobody may see it, its content is being deleted. */
  state: 'uploading' | 'stored' | 'removing';
  /** The actor's label. */
  created_by: string;
  created_at: number;
  /** Since when no record has shown it; null while one does. */
  detached_at: number | null;
}

/** A record shows a file in a field. */
export interface FileRefRow {
  field_id: string;
  record_id: number;
  file_id: string;
  table_id: string;
}

/** How a record came in through a form; only where there is something to tell. */
export interface SubmissionRow {
  table_id: string;
  record_id: number;
  /** Code of the draft that it was; null: the code that its number gives. */
  code: string | null;
  /** Page from which it was sent. */
  referer: string | null;
  /** Network address of the sender; kept only where the form counts by address. */
  address: string | null;
  /** Time that filling in took, `HH:MM:SS`. */
  duration: string | null;
  /** By what it came where not by the form itself. */
  origin: string | null;
  at: number;
}

/** A tag that a record carries; what tags there are is told by who shows them. */
export interface RecordTagRow {
  table_id: string;
  record_id: number;
  tag: string;
}

/** Answers that were begun and not yet submitted. */
export interface SubmissionDraftRow {
  /** Random; who holds it may go on with the draft. */
  code: string;
  table_id: string;
  answers: JsonObject;
  referer: string | null;
  created_at: number;
  updated_at: number;
  /** When somebody began to fill the form in; null: when the draft was made. */
  begun_at: number | null;
}

/** How often the form of a table was opened. */
export interface VisitsRow {
  table_id: string;
  visits: number;
}

/** The latest file that was made of a table's records for somebody who asked for one. */
export interface TableExportRow {
  table_id: string;
  state: 'running' | 'done' | 'failed';
  /** The file of the last one that was finished. */
  file_id: string | null;
  started_at: number;
  /** When it last was known to go on: one that a crash cut short is not taken for running. */
  seen_at: number;
  /** When the file was finished. */
  finished_at: number | null;
  /** Why the last one failed, as a sentence; null where it did not. */
  error: string | null;
}

/** What a webhook can be told. `record.submitted`: created through a form; without it such records count as created. */
export const webhookEvents = [
  'record.created',
  'record.updated',
  'record.deleted',
  'record.submitted',
  'notification.sent',
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export interface WebhookRow {
  id: string;
  workspace_id: string;
  app_id: string;
  /** Null: about notifications, not about records. */
  table_id: string | null;
  /** Who makes the payload: a name in the registry of formats. */
  format: string;
  name: string;
  url: string;
  events: readonly WebhookEvent[];
  /** Filter over the records, fields by id; null: all. */
  filter: Json;
  /** Ids of the fields that are told; null: all. */
  fields: readonly string[] | null;
  /** Secret and custom headers as JSON, AES-256-GCM under the master key. */
  sealed: string;
  is_enabled: 0 | 1;
  foreign: JsonObject;
  /** Time of the first failure since the last success; null while it works. */
  failing_since: number | null;
  last_success_at: number | null;
  last_error: string | null;
  /** When the server switched it off for failing; null otherwise. */
  switched_off_at: number | null;
  created_by: string;
  created_at: number;
  updated_at: number;
}

export type DeliveryChannel = 'webhook' | 'push';

export interface DeliveryAttempt {
  readonly at: number;
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  readonly duration_ms: number;
  readonly error: string | null;
  /** The answer's beginning. */
  readonly answer: string | null;
}

/** Something on its way out. Pending rows, and only they, have a due time. */
export interface DeliveryRow {
  /** Ascending, assigned by the store: 0 on insert. */
  seq: number;
  /** The same in every attempt: receivers recognise duplicates by it. */
  id: string;
  channel: DeliveryChannel;
  /** Webhook, or origin of the push service. */
  target_id: string;
  /** The notification that it belongs to. */
  parent_id: string | null;
  app_id: string;
  /** What happened, for people who read the log. */
  kind: string;
  /** Rows of one target and key are sent one after the other; empty: in any order. */
  order_key: string;
  /** What the request is made of; null once it is cleared. */
  content: Json;
  created_at: number;
  state: 'pending' | 'delivered' | 'failed';
  /** Also the end of the lease while a worker has it. */
  due_at: number | null;
  claimed_by: string | null;
  /** Attempts since it was queued or replayed. */
  tries: number;
  attempts: readonly DeliveryAttempt[];
  finished_at: number | null;
  /** When its content, and then the row itself, is removed. */
  expires_at: number | null;
}

/** A browser that takes notifications for one user of an app. */
export interface PushDeviceRow {
  id: string;
  app_id: string;
  /** The user: a record of the app's users table. */
  table_id: string;
  record_id: number;
  endpoint: string;
  /** Origin of the push service. */
  service: string;
  p256dh: string;
  auth: string;
  label: string | null;
  created_at: number;
  updated_at: number;
  last_sent_at: number | null;
  /** Answer to the last attempt: a status, or why there was none. */
  last_result: string | null;
}

export interface NotificationRow {
  /** Ascending, assigned by the store: 0 on insert. */
  seq: number;
  id: string;
  app_id: string;
  table_id: string;
  record_id: number;
  /** What the sender asked for. */
  audience: JsonObject;
  title: string;
  body: string;
  /** Opened by a tap; null: the app's home. */
  url: string | null;
  urgency: 'very-low' | 'low' | 'normal' | 'high';
  /** After this time it is not delivered any more. */
  expires_at: number;
  /** Devices and relays that it was queued for. */
  accepted: number;
  created_by: string;
  created_at: number;
}

export interface ImportRow {
  id: string;
  workspace_id: string;
  app_id: string;
  /** Null: it is still to be made. */
  table_id: string | null;
  table_name: string;
  /** The content. */
  file_id: string;
  /** The file came with the import and goes with it. */
  owns_file: 0 | 1;
  filename: string;
  /** What was asked for besides: key, types, columns … */
  request: JsonObject;
  is_dry_run: 0 | 1;
  state: 'waiting' | 'planning' | 'running' | 'finished' | 'failed' | 'cancelled';
  /** Columns and their fields, once they are known. */
  plan: Json;
  /** Of a dry run, what it found. */
  preview: Json;
  total_bytes: number;
  read_bytes: number;
  rows_read: number;
  created: number;
  updated: number;
  rejected: number;
  /** Rows up to this line are dealt with: where it goes on after a restart. */
  line: number;
  /** Why it failed, for people. */
  error: string | null;
  created_by: string;
  key_id: string | null;
  created_at: number;
  started_at: number | null;
  seen_at: number;
  finished_at: number | null;
}

/** One problem of a row that an import refused. */
export interface ImportRejectRow {
  import_id: string;
  n: number;
  line: number;
  field: string;
  reason: string;
  cells: string[];
}

export interface SettingRow {
  name: string;
  value: Json;
}

export interface SystemRows {
  users: UserRow;
  workspaces: WorkspaceRow;
  memberships: MembershipRow;
  apps: AppRow;
  tables: TableRow;
  fields: FieldRow;
  keys: KeyRow;
  key_secrets: KeySecretRow;
  plans: PlanRow;
  usage: UsageRow;
  audit: AuditRow;
  changes: ChangeRow;
  idempotency: IdempotencyRow;
  files: FileRow;
  file_refs: FileRefRow;
  settings: SettingRow;
  webhooks: WebhookRow;
  deliveries: DeliveryRow;
  push_devices: PushDeviceRow;
  notifications: NotificationRow;
  submissions: SubmissionRow;
  record_tags: RecordTagRow;
  submission_drafts: SubmissionDraftRow;
  visits: VisitsRow;
  table_exports: TableExportRow;
  imports: ImportRow;
  import_rejects: ImportRejectRow;
}

export type SystemTable = keyof SystemRows;
