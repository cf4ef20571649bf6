/**
 * Core errors as Retable says them: `{"statusCode", "message", "error"}`, both texts always strings, never a `data` key
 * (wire/retable.md §2.4, §2.5).
 */
import type { AppError, ErrorCode, Issue } from '../../core/errors.ts';
import type { RenderedError } from '../dialect.ts';

// Not imported: see http/outbound.ts.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** The public text of the core where there is no better one. */
type Wording = string | null;

const answers: Record<ErrorCode, readonly [status: number, wording: Wording]> = {
  credential_missing: [401, 'API key is missing: send it in the header "ApiKey"'],
  credential_malformed: [401, 'API key is missing: send it in the header "ApiKey"'],
  credential_unknown: [401, 'API key is not valid'],
  key_disabled: [423, 'API key is disabled'],
  key_expired: [401, 'API key has expired'],
  token_expired: [401, 'API key is not valid'],
  session_stale: [403, null],
  address_not_allowed: [403, 'API key may not be used from this network address'],
  origin_not_allowed: [403, 'API key may not be used from this page'],
  app_mismatch: [403, null],
  api_disabled: [403, 'API access is switched off for this project'],
  plan_excludes: [403, 'The plan of the workspace does not include API access'],
  plan_limit_reached: [403, null],
  scope_missing: [403, 'You do not have the right to do this here'],
  role_insufficient: [403, 'You do not have the right to do this here'],
  rate_limited: [429, null],
  attempts_limited: [429, null],
  route_not_found: [404, 'There is nothing at this path'],
  method_not_allowed: [404, 'There is nothing at this path'],
  workspace_not_found: [404, 'Workspace not found'],
  member_not_found: [404, 'Member not found'],
  user_not_found: [404, 'User not found'],
  app_not_found: [404, 'Project not found'],
  table_not_found: [404, 'Retable not found'],
  field_not_found: [404, 'Column not found'],
  record_not_found: [404, 'Row not found'],
  file_not_found: [404, 'File not found'],
  file_in_use: [409, 'The file is in use'],
  key_not_found: [404, 'API key not found'],
  plan_not_found: [404, null],
  webhook_not_found: [404, null],
  import_not_found: [404, null],
  event_not_found: [404, null],
  event_expired: [410, null],
  device_not_found: [404, null],
  notification_not_found: [404, null],
  body_invalid_json: [400, 'The body is not valid JSON'],
  body_too_large: [413, 'The body is too large'],
  body_invalid: [400, null],
  content_type_unsupported: [400, 'The content type of the body is not accepted here'],
  parameter_invalid: [400, null],
  value_invalid: [400, null],
  value_required: [400, null],
  value_not_unique: [400, null],
  field_unknown: [400, null],
  field_read_only: [400, null],
  filter_invalid: [400, null],
  sort_invalid: [400, null],
  cursor_invalid: [400, null],
  form_closed: [403, null],
  batch_failed: [400, null],
  batch_too_large: [413, 'At most 1000 rows are taken in one call'],
  idempotency_key_invalid: [400, null],
  idempotency_key_reused: [400, null],
  precondition_failed: [412, null],
  name_taken: [400, null],
  name_invalid: [400, null],
  conversion_lossy: [400, null],
  last_owner: [400, null],
  not_revealable: [403, null],
  store_unavailable: [503, 'The service cannot take this now; try again'],
  overloaded: [503, 'The service cannot take this now; try again'],
  internal_error: [500, 'Something failed on the server'],
};

export function renderError(error: AppError): RenderedError {
  const [status, wording] = answers[error.code];
  const message = wording ?? naming(error.issues[0]) ?? error.message;
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({ statusCode: status, message, error: STATUS_CODES[status] ?? 'Error' }),
  };
}

/** `create[3].Qty` in the core is the column Qty of `data[3]` here. */
const cellForm = /^(create|update)\[(\d+)\](?:\.(.*))?$/s;
const columnForm = /^fields\[(\d+)\]\.name$/;
const lists: Readonly<Record<string, string>> = { create: 'data', update: 'rows' };

/** What is wrong with the first of them, with its place in the words of the request; undefined without issues. */
function naming(issue: Issue | undefined): string | undefined {
  if (issue === undefined) return undefined;
  const [, list, index, title] = cellForm.exec(issue.field) ?? [];
  if (list !== undefined) {
    const place = `${lists[list]}[${index}]`;
    return title === undefined ? `${place}: ${issue.message}` : `${place}, column "${title}": ${issue.message}`;
  }
  return `${issue.field.replace(columnForm, 'columns[$1].title')}: ${issue.message}`;
}
