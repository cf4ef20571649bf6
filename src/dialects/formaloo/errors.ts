/** Core errors in the envelope (wire/formaloo.md §1.3): what concerns a field under its key, the rest as general errors. */
import type { FastifyRequest } from 'fastify';
import type { AppError, ErrorCode, Issue } from '../../core/errors.ts';
import type { RenderedError } from '../dialect.ts';
import { envelope } from './envelope.ts';

type Wording = string | ((error: AppError, request: FastifyRequest) => string);

/** The public text of the core where there is no customary one. */
const own = (error: AppError) => error.message;
const notFound = 'Not found.';
const forbidden = 'You do not have permission to perform this action.';

/** What was presented and opens nothing: a client secret, an API key alone, or a token with its key. */
function unknownCredential(_error: AppError, request: FastifyRequest): string {
  const { access, isTokenEndpoint } = request.routeOptions.config;
  if (isTokenEndpoint === true) return 'Invalid client credentials.';
  return access === 'key' || request.headers.authorization === undefined
    ? 'Invalid API key.'
    : 'Error decoding signature.';
}

function throttled({ retryAfterSeconds = 1 }: AppError): string {
  return `Request was throttled. Expected available in ${retryAfterSeconds} second${retryAfterSeconds === 1 ? '' : 's'}.`;
}

const answers: Record<ErrorCode, readonly [number, Wording]> = {
  credential_missing: [401, 'Authentication credentials were not provided.'],
  credential_malformed: [401, own],
  credential_unknown: [401, unknownCredential],
  key_disabled: [401, 'This integration is disabled.'],
  key_expired: [401, 'This integration has expired.'],
  token_expired: [401, 'Signature has expired.'],
  session_stale: [403, own],
  address_not_allowed: [403, own],
  origin_not_allowed: [403, own],
  app_mismatch: [403, forbidden],
  api_disabled: [403, own],
  plan_excludes: [403, own],
  plan_limit_reached: [403, own],
  scope_missing: [403, forbidden],
  role_insufficient: [403, forbidden],
  rate_limited: [429, throttled],
  attempts_limited: [429, throttled],
  route_not_found: [404, notFound],
  method_not_allowed: [405, (_error, request) => `Method "${request.method}" not allowed.`],
  workspace_not_found: [404, notFound],
  member_not_found: [404, notFound],
  user_not_found: [404, notFound],
  app_not_found: [404, notFound],
  table_not_found: [404, notFound],
  field_not_found: [404, notFound],
  record_not_found: [404, notFound],
  file_not_found: [404, notFound],
  file_in_use: [409, (error) => error.message],
  key_not_found: [404, notFound],
  plan_not_found: [404, notFound],
  webhook_not_found: [404, notFound],
  import_not_found: [404, notFound],
  event_not_found: [404, notFound],
  event_expired: [400, own],
  device_not_found: [404, notFound],
  notification_not_found: [404, notFound],
  body_invalid_json: [400, 'JSON parse error.'],
  body_too_large: [413, own],
  body_invalid: [400, own],
  content_type_unsupported: [
    415,
    (_error, request) => `Unsupported media type "${request.headers['content-type'] ?? ''}" in request.`,
  ],
  parameter_invalid: [400, own],
  value_invalid: [400, own],
  value_required: [400, 'This field is required.'],
  value_not_unique: [400, own],
  field_unknown: [400, own],
  field_read_only: [400, own],
  filter_invalid: [400, own],
  sort_invalid: [400, own],
  // A page beyond the last one.
  cursor_invalid: [404, 'Invalid page.'],
  form_closed: [400, own],
  batch_failed: [400, own],
  batch_too_large: [400, own],
  idempotency_key_invalid: [400, own],
  idempotency_key_reused: [400, own],
  precondition_failed: [412, own],
  name_taken: [400, own],
  name_invalid: [400, own],
  conversion_lossy: [400, own],
  last_owner: [400, own],
  not_revealable: [403, own],
  store_unavailable: [503, 'The service is temporarily unavailable.'],
  overloaded: [503, 'The service is temporarily unavailable.'],
  internal_error: [500, 'A server error occurred.'],
};

/** RFC 6749 §5.2: read by one client beside `errors`. */
function oauthError({ code, issues }: AppError): string {
  if (answers[code][0] === 401) return 'invalid_client';
  return issues[0]?.code === 'value_invalid' ? 'unsupported_grant_type' : 'invalid_request';
}

export function statusOf({ code }: AppError): number {
  return answers[code][0];
}

/** What is wrong, under the keys of the fields. */
export function formErrorsOf({ issues }: AppError): Record<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const issue of issues) fields.set(issue.field, [...(fields.get(issue.field) ?? []), sentenceOf(issue)]);
  return Object.fromEntries(fields);
}

export function renderError(error: AppError, request: FastifyRequest): RenderedError {
  const [status, wording] = answers[error.code];
  // Only a refused request is explained field by field; who may not ask is told no field's name.
  const fields = status === 400 ? formErrorsOf(error) : {};
  const text = typeof wording === 'string' ? wording : wording(error, request);
  const general = Object.keys(fields).length === 0 ? [text] : [];
  const extra = request.routeOptions.config?.isTokenEndpoint === true ? { error: oauthError(error) } : {};
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({
      ...extra,
      ...envelope(status, { general_errors: general, form_errors: fields }),
    }),
    ...(status === 401 ? { headers: { 'WWW-Authenticate': 'JWT realm="api"' } } : {}),
  };
}

/** "must be a number" as it stands alone under its field. */
function sentenceOf({ code, message }: Issue): string {
  if (code === 'value_required') return 'This field is required.';
  const [first = ''] = message;
  return `${first.toUpperCase()}${message.slice(first.length)}${/[.!?]$/.test(message) ? '' : '.'}`;
}
