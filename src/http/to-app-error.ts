/** Everything that can be thrown while a request runs, as an AppError. What is not a refusal becomes internal_error. */
import type { FastifyError } from 'fastify';
import { AppError, type ErrorCode, type Issue } from '../core/errors.ts';
import { UniqueViolation } from '../core/store.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content_type_unsupported',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body_invalid_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_invalid_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body_invalid',
  FST_ERR_BAD_URL: 'route_not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'route_not_found',
};

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof UniqueViolation) return new AppError('value_not_unique', undefined, { internal: error.message });
  if (isFastifyError(error)) {
    if (error.validation !== undefined) return validationError(error);
    const code = codes[error.code];
    if (code !== undefined) return new AppError(code, undefined, { internal: error.message });
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return new AppError('parameter_invalid', undefined, { internal: error.message });
    }
  }
  const internal = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AppError('internal_error', undefined, { internal, cause: error });
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && typeof (error as Partial<FastifyError>).code === 'string';
}

/** One issue per schema violation, its field written as a path. */
function validationError(error: FastifyError): AppError {
  const isBody = error.validationContext === 'body';
  const code: ErrorCode = isBody ? 'body_invalid' : 'parameter_invalid';
  const issues = (error.validation ?? []).map((one): Issue => {
    const parts = one.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const extra = one.params.missingProperty ?? one.params.additionalProperty;
    if (typeof extra === 'string') parts.push(extra);
    return { field: parts.join('.') || (isBody ? 'body' : 'query'), code, message: messageOf(one) };
  });
  const [first] = issues;
  return new AppError(code, first === undefined ? undefined : `${first.field}: ${first.message}`, { issues });
}

function messageOf(one: { keyword: string; message?: string; params: Record<string, unknown> }): string {
  if (one.keyword === 'required') return 'is required';
  if (one.keyword === 'additionalProperties') return 'is not known here';
  if (one.keyword === 'enum' && Array.isArray(one.params.allowedValues)) {
    return `must be one of ${(one.params.allowedValues as unknown[]).join(', ')}`;
  }
  if (one.keyword === 'const') return `must be ${JSON.stringify(one.params.allowedValue)}`;
  return one.message ?? 'is not valid';
}
