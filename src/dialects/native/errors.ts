/** Core errors as problem details (RFC 9457): `application/problem+json` with the stable code, and an entry per issue. */
import type { FastifyRequest } from 'fastify';
import { type AppError, type ErrorCode, errorMeanings } from '../../core/errors.ts';
import type { RenderedError } from '../dialect.ts';

export const statuses: Record<ErrorCode, number> = {
  credential_missing: 401,
  credential_malformed: 401,
  credential_unknown: 401,
  key_disabled: 401,
  key_expired: 401,
  token_expired: 401,
  session_stale: 403,
  address_not_allowed: 403,
  origin_not_allowed: 403,
  app_mismatch: 403,
  api_disabled: 403,
  plan_excludes: 403,
  plan_limit_reached: 403,
  scope_missing: 403,
  role_insufficient: 403,
  rate_limited: 429,
  attempts_limited: 429,
  route_not_found: 404,
  method_not_allowed: 405,
  workspace_not_found: 404,
  member_not_found: 404,
  user_not_found: 404,
  app_not_found: 404,
  table_not_found: 404,
  field_not_found: 404,
  record_not_found: 404,
  file_not_found: 404,
  file_in_use: 409,
  key_not_found: 404,
  plan_not_found: 404,
  body_invalid_json: 400,
  body_too_large: 413,
  body_invalid: 400,
  content_type_unsupported: 415,
  parameter_invalid: 400,
  value_invalid: 422,
  value_required: 422,
  value_not_unique: 409,
  field_unknown: 422,
  field_read_only: 422,
  filter_invalid: 400,
  sort_invalid: 400,
  cursor_invalid: 400,
  form_closed: 403,
  batch_failed: 422,
  batch_too_large: 413,
  idempotency_key_invalid: 400,
  idempotency_key_reused: 422,
  precondition_failed: 412,
  name_taken: 409,
  name_invalid: 400,
  conversion_lossy: 422,
  last_owner: 409,
  not_revealable: 409,
  store_unavailable: 503,
  internal_error: 500,
};

export function renderError(error: AppError, _request: FastifyRequest): RenderedError {
  const status = statuses[error.code];
  const errors = error.issues.map(({ field, code, message }) => ({ field, code, message }));
  const body = {
    type: `/api/v1/errors/${error.code}`,
    title: errorMeanings[error.code],
    status,
    code: error.code,
    detail: error.message,
    ...(errors.length > 0 ? { errors } : {}),
  };
  return {
    status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(body),
    ...(status === 401 ? { headers: { 'WWW-Authenticate': 'Bearer realm="tessera"' } } : {}),
  };
}
