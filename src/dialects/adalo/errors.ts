/** Core errors as Adalo says them: `{"error": "<text>"}`, a string always; unknown routes are plain text (wire/adalo.md §2). */
import type { AppError, ErrorCode } from '../../core/errors.ts';
import type { RenderedError } from '../dialect.ts';

type Wording = string | ((error: AppError) => string);

/** The public text of the core where Adalo has none of its own. */
const own = (error: AppError) => error.message;

const noToken: readonly [number, Wording] = [400, 'No access token provided'];
const badToken: readonly [number, Wording] = [401, 'Invalid access token'];
const noPermission: readonly [number, Wording] = [403, 'The permissions of this collection do not allow this'];
const notFound: readonly [number, Wording] = [404, 'Not found'];

/** The first issue with its property, or the public text when there is none. */
function naming(word: (property: string, message: string) => string): Wording {
  return (error) => {
    const [issue] = error.issues;
    return issue === undefined ? error.message : word(issue.field, issue.message);
  };
}

const answers: Record<ErrorCode, readonly [number, Wording]> = {
  credential_missing: noToken,
  credential_malformed: noToken,
  credential_unknown: badToken,
  key_disabled: badToken,
  key_expired: badToken,
  token_expired: badToken,
  session_stale: [403, own],
  address_not_allowed: [403, own],
  origin_not_allowed: [403, own],
  app_mismatch: [403, 'Access token / app mismatch'],
  api_disabled: [403, 'API access is switched off for this app'],
  plan_excludes: [403, 'API access is not included in the plan of this app. Upgrade to Team or Business to use it'],
  plan_limit_reached: [403, own],
  scope_missing: noPermission,
  role_insufficient: noPermission,
  rate_limited: [429, 'Rate limit exceeded'],
  attempts_limited: [429, 'Too many failed attempts'],
  route_not_found: notFound,
  method_not_allowed: notFound,
  workspace_not_found: notFound,
  member_not_found: notFound,
  user_not_found: [404, 'User not found'],
  app_not_found: [403, 'Access token / app mismatch'],
  table_not_found: [404, 'Collection not found'],
  field_not_found: notFound,
  record_not_found: notFound,
  file_not_found: notFound,
  file_in_use: [400, own],
  key_not_found: notFound,
  plan_not_found: notFound,
  webhook_not_found: notFound,
  import_not_found: notFound,
  event_not_found: notFound,
  event_expired: [410, own],
  device_not_found: notFound,
  notification_not_found: notFound,
  body_invalid_json: [400, 'Invalid JSON'],
  body_too_large: [413, 'Request body too large'],
  body_invalid: [400, own],
  content_type_unsupported: [400, 'Invalid JSON'],
  parameter_invalid: [400, own],
  value_invalid: [400, naming((property, message) => `Invalid value for property "${property}": ${message}`)],
  value_required: [400, naming((property) => `Property "${property}" must have a value`)],
  // wire/adalo.md §5: "Email already exists".
  value_not_unique: [400, naming((property) => `${property} already exists`)],
  field_unknown: [400, own],
  field_read_only: [400, own],
  filter_invalid: [400, own],
  sort_invalid: [400, own],
  cursor_invalid: [400, own],
  form_closed: [403, own],
  batch_failed: [400, own],
  batch_too_large: [413, own],
  idempotency_key_invalid: [400, own],
  idempotency_key_reused: [400, own],
  precondition_failed: [412, own],
  name_taken: [400, own],
  name_invalid: [400, own],
  conversion_lossy: [400, own],
  last_owner: [400, own],
  not_revealable: [403, own],
  store_unavailable: [503, 'Service temporarily unavailable'],
  overloaded: [503, 'Service temporarily unavailable'],
  internal_error: [500, 'Internal server error'],
};

const plainNotFound: RenderedError = { status: 404, contentType: 'text/plain; charset=utf-8', body: 'Not Found' };

export function renderError(error: AppError): RenderedError {
  if (error.code === 'route_not_found' || error.code === 'method_not_allowed') return plainNotFound;
  const [status, wording] = answers[error.code];
  const text = typeof wording === 'string' ? wording : wording(error);
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify({ error: text }) };
}
