/** Refusals in the OpenAPI document: one response per status, with every error code of that status as an example. */
import { type ErrorCode, errorMeanings } from '../../../core/errors.ts';
import { statuses } from '../errors.ts';
import { errorCodes, problemShape } from '../shapes/problem.ts';
import type { Operation } from './operations.ts';

/** The statuses with which an operation can refuse. */
export function statusesOf(operation: Operation): number[] {
  const found = new Set<number>([500, 503]);
  const add = (...more: number[]) => more.forEach((status) => void found.add(status));
  if (!operation.isOpen) add(401, 403, 429);
  if (operation.params !== undefined) add(404);
  if (operation.querystring !== undefined) add(400);
  if (operation.method !== 'GET' && operation.method !== 'HEAD') add(400, 409, 413, 415);
  if (operation.body !== undefined) add(400, 404, 422);
  if (operation.isIdempotent) add(400, 422);
  if (operation.isVersioned) add(412);
  return [...found].sort((a, b) => a - b);
}

export function problemResponses(mediaType: string, refer: (schema: typeof problemShape) => unknown) {
  const schema = refer(problemShape);
  const byStatus = Map.groupBy(errorCodes, (code) => statuses[code]);
  const sorted = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, codes]) => [
      `Problem${status}`,
      {
        description: codes.map((code) => `\`${code}\`: ${errorMeanings[code]}`).join('\n\n'),
        content: { [mediaType]: { schema, examples: Object.fromEntries(codes.map(exampleOf)) } },
      },
    ]),
  );
}

function exampleOf(code: ErrorCode) {
  const meaning = errorMeanings[code];
  const type = `/api/v1/errors/${code}`;
  return [code, { summary: meaning, value: { type, title: meaning, status: statuses[code], code, detail: meaning } }];
}
