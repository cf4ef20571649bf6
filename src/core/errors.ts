/**
 * Every way in which Tessera refuses, with its meaning. A refusal has three parts that never mix: a stable code, a
 * public text for the caller, and an internal text for the log. Dialects map the code to their own words.
 */

/** The closed list of error codes and what each means. Codes are stable: never renamed, never reused. */
export const errorMeanings = {
  credential_missing: 'No credential was sent.',
  credential_malformed: 'The credential was sent in a form that this API does not read.',
  credential_unknown: 'The credential is not valid (unknown, deleted, replaced or of another kind).',
  key_disabled: 'The key exists and is switched off.',
  key_expired: 'The key has passed its expiry time.',
  token_expired: 'The authorization token has passed its lifetime.',
  session_stale: 'This operation wants a sign-in of the last few minutes.',
  address_not_allowed: 'The key may not be used from this network address.',
  origin_not_allowed: 'The key may not be used from this browser origin.',
  app_mismatch: 'The key belongs to another app.',
  api_disabled: 'API access is switched off for this app.',
  plan_excludes: 'The plan of the workspace does not include this.',
  plan_limit_reached: 'The plan of the workspace allows no more of these.',
  scope_missing: 'The key has no scope for this operation.',
  role_insufficient: 'The role of the user does not allow this operation.',
  rate_limited: 'Too many calls in the last second.',
  attempts_limited: 'Too many failed attempts from this address.',
  route_not_found: 'There is nothing at this path.',
  method_not_allowed: 'The path exists, the method does not.',
  workspace_not_found: 'There is no such workspace, or it is not yours.',
  member_not_found: 'There is no such member in this workspace.',
  user_not_found: 'There is no such user.',
  app_not_found: 'There is no such app, or it is not yours.',
  table_not_found: 'There is no such table, or it is not yours.',
  field_not_found: 'There is no such field in this table.',
  record_not_found: 'There is no such record in this table.',
  file_not_found: 'There is no such file, or it is not yours.',
  file_in_use: 'A record still shows the file.',
  key_not_found: 'There is no such key, or it is not yours.',
  plan_not_found: 'There is no such plan.',
  webhook_not_found: 'There is no such webhook, or it is not yours.',
  import_not_found: 'There is no such import, or it is not yours.',
  event_not_found: 'There is no such event of this webhook.',
  event_expired: 'The content of the event is no longer kept.',
  device_not_found: 'There is no such device, or it is not yours.',
  notification_not_found: 'There is no such notification, or it is not yours.',
  body_invalid_json: 'The body is not valid JSON.',
  body_too_large: 'The body is larger than this server accepts.',
  body_invalid: 'The body does not have the expected shape.',
  content_type_unsupported: 'The content type of the body is not accepted here.',
  parameter_invalid: 'A path or query parameter does not have the expected form.',
  value_invalid: 'A field value does not fit its field.',
  value_required: 'A required field has no value.',
  value_not_unique: 'A value is already used in a field whose values are unique.',
  field_unknown: 'A field name or id in the request is not in the table.',
  field_read_only: 'A field in the request cannot be written.',
  filter_invalid: 'The filter is not well formed or does not fit the field.',
  sort_invalid: 'The sort order is not well formed or does not fit the field.',
  cursor_invalid: 'The cursor is not one that this query returned.',
  form_closed: 'The form takes no submissions now.',
  batch_failed: 'At least one item of the batch was refused; nothing was written.',
  batch_too_large: 'The batch has more items than one call may hold.',
  idempotency_key_invalid: 'The Idempotency-Key header is not well formed.',
  idempotency_key_reused: 'The Idempotency-Key was used before with another request.',
  precondition_failed: 'The record has changed since the version named in If-Match.',
  name_taken: 'The name is already in use.',
  name_invalid: 'The name cannot be used.',
  conversion_lossy: 'Some values cannot be converted to the new type.',
  last_owner: 'A workspace keeps at least one owner.',
  not_revealable: 'Keys of this kind are shown once and cannot be shown again.',
  store_unavailable: 'The database cannot take this now.',
  overloaded: 'The server has more to do than it can; try again in a moment.',
  internal_error: 'Something failed on the server; it has been logged.',
} as const;

export type ErrorCode = keyof typeof errorMeanings;

/** One problem inside a request: where it is and what was expected there. */
export interface Issue {
  /** Field name as the caller wrote it, or a path such as `create[3].Name`. */
  readonly field: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** Where the problem is one field's value: that field, so that a dialect can name it in its own way. */
  readonly fieldId?: string;
}

export interface AppErrorParts {
  /** For the log only: may name ids and causes, never a secret. */
  readonly internal?: string;
  readonly issues?: readonly Issue[];
  /** Seconds after which a retry can succeed (429, 503). */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A refusal. `message` is public; `internal` is for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly internal: string | undefined;
  readonly issues: readonly Issue[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, publicText: string = errorMeanings[code], parts: AppErrorParts = {}) {
    // A refusal is an answer, not a fault: the trace costs more than the rest of it and nobody reads it.
    const limit = Error.stackTraceLimit;
    if (code !== 'internal_error') Error.stackTraceLimit = 0;
    super(publicText, parts.cause === undefined ? undefined : { cause: parts.cause });
    Error.stackTraceLimit = limit;
    this.name = 'AppError';
    this.code = code;
    this.internal = parts.internal;
    this.issues = parts.issues ?? [];
    this.retryAfterSeconds = parts.retryAfterSeconds;
  }
}

/** The refusal of one field's value, naming the field. */
export function valueRefused(field: string, message: string, code: ErrorCode = 'value_invalid'): AppError {
  return new AppError(code, `${field}: ${message}`, { issues: [{ field, code, message }] });
}
