/** `/errors/{code}`: where the `type` of every problem leads. Open to everybody. */

import { AppError, type ErrorCode, errorMeanings } from '../../../core/errors.ts';
import type { Static } from '../../../core/schema.ts';
import { statuses } from '../errors.ts';
import { pageOf, pathOf } from '../shapes/parts.ts';
import { errorCodes, errorShape } from '../shapes/problem.ts';
import type { NativeScope } from '../typed-scope.ts';

const tags = ['errors'];
const config = { access: 'open' };

export function errorRoutes(scope: NativeScope): void {
  scope.get(
    '/api/v1/errors',
    {
      schema: {
        tags,
        operationId: 'listErrors',
        summary: 'List every error code',
        response: { 200: pageOf(errorShape) },
      },
      config,
    },
    async () => ({ data: errorCodes.map(errorView), next: null }),
  );

  scope.get(
    '/api/v1/errors/:code',
    {
      schema: {
        tags,
        operationId: 'explainError',
        summary: 'What an error code means',
        params: pathOf('code'),
        response: { 200: errorShape },
      },
      config,
    },
    async (request) => {
      const code = errorCodes.find((one) => one === request.params.code);
      if (code === undefined) throw new AppError('route_not_found', 'There is no such error code.');
      return errorView(code);
    },
  );
}

function errorView(code: ErrorCode): Static<typeof errorShape> {
  return { code, status: statuses[code], meaning: errorMeanings[code], type: `/api/v1/errors/${code}` };
}
