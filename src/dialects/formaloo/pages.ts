/** Pages by number (wire/formaloo.md §1.2): six members beside the items, absolute URLs of the neighbours. */
import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';

export interface PageQuery {
  readonly page: number;
  readonly size: number;
  /** Everything was asked for at once. */
  readonly isWhole: boolean;
}

const sizeDefault = 10;
const sizeMax = 1000;
const wholeForm = /^\d{1,9}$/;

/** @throws cursor_invalid for a page that is no number */
export function pageQueryOf(request: FastifyRequest): PageQuery {
  const page = queryText(request, 'page') ?? '1';
  if (!wholeForm.test(page) || Number(page) < 1) throw new AppError('cursor_invalid');
  const size = queryText(request, 'page_size') ?? '';
  const isWhole = queryText(request, 'pagination') === '0';
  // What is no number is the default, never an error: one client asks for "max".
  const isUsable = wholeForm.test(size) && Number(size) > 0;
  return { page: Number(page), size: isUsable ? Math.min(Number(size), sizeMax) : sizeDefault, isWhole };
}

/** A query parameter; of one sent twice, the first. */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Readonly<Record<string, unknown>>)[name];
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' && one !== '' ? one : undefined;
}

/** The members around the items, as JSON text without braces. @throws cursor_invalid beyond the last page */
export function pageMembers(core: Core, request: FastifyRequest, query: PageQuery, count: number): string {
  const { page, isWhole } = query;
  const size = isWhole ? Math.max(1, count) : query.size;
  const pages = Math.max(1, Math.ceil(count / size));
  if (page > pages) throw new AppError('cursor_invalid');
  const next = page < pages && !isWhole ? JSON.stringify(pageUrl(core, request, page + 1)) : 'null';
  const previous = page > 1 && !isWhole ? JSON.stringify(pageUrl(core, request, page - 1)) : 'null';
  return `"count":${count},"next":${next},"previous":${previous},"page_size":${size},"page_count":${pages},"current_page":${page}`;
}

/** The page's slice of items that are all there already. */
export function pageOf<T>(items: readonly T[], { page, size, isWhole }: PageQuery): readonly T[] {
  return isWhole ? items : items.slice((page - 1) * size, page * size);
}

/** The same request for another page: clients call it as it is. */
function pageUrl(core: Core, request: FastifyRequest, page: number): string {
  const [path = '', query = ''] = request.url.split('?', 2);
  const kept = query.split('&').filter((pair) => pair !== '' && !pair.startsWith('page='));
  return `${core.settings.publicUrl}${path}?${[`page=${page}`, ...kept].join('&')}`;
}
