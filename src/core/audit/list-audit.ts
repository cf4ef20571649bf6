import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireApp, requireWorkspace } from '../permit.ts';
import type { Where } from '../store.ts';
import type { AuditRow } from '../system-rows.ts';

export interface AuditQuery {
  /** One of the two says whose audit. An app's holds what was done to it and to what is in it. */
  readonly appId?: string;
  readonly workspaceId?: string;
  readonly action?: string;
  readonly target?: string;
  readonly userId?: string;
  readonly keyId?: string;
  /** Milliseconds since 1970; from is included, to is not. */
  readonly from?: number;
  readonly to?: number;
  /** 1 to 1000; 100 when left out. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface AuditPage {
  readonly data: readonly AuditRow[];
  readonly next: string | null;
}

const limitMax = 1000;

/** Entries of the audit, latest first. @throws cursor_invalid, parameter_invalid, app_not_found, workspace_not_found */
export async function listAudit(core: Core, actor: Actor, query: AuditQuery): Promise<AuditPage> {
  const limit = query.limit ?? 100;
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    const message = `must be a whole number from 1 to ${limitMax}`;
    throw new AppError('parameter_invalid', `limit: ${message}`, {
      issues: [{ field: 'limit', code: 'parameter_invalid', message }],
    });
  }
  const at =
    query.from === undefined && query.to === undefined
      ? undefined
      : {
          ...(query.from === undefined ? {} : { gte: query.from }),
          ...(query.to === undefined ? {} : { lt: query.to }),
        };
  const where: Where<AuditRow> = {
    ...(await whose(core, actor, query)),
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(query.target === undefined ? {} : { target: query.target }),
    ...(query.userId === undefined ? {} : { user_id: query.userId }),
    ...(query.keyId === undefined ? {} : { key_id: query.keyId }),
    ...(at === undefined ? {} : { at }),
    ...(query.cursor === undefined ? {} : { seq: { lt: readCursor(query.cursor) } }),
  };
  // One row more than asked tells whether a next page exists.
  const rows = await core.store.list('audit', where, { orderBy: [['seq', 'desc']], limit: limit + 1 });
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? String(last.seq) : null };
}

async function whose(core: Core, actor: Actor, query: AuditQuery): Promise<Where<AuditRow>> {
  if (query.appId !== undefined) return { app_id: (await requireApp(core, actor, query.appId, 'manage')).id };
  if (query.workspaceId !== undefined) {
    return { workspace_id: (await requireWorkspace(core, actor, query.workspaceId, 'manage')).id };
  }
  throw new AppError('workspace_not_found');
}

function readCursor(cursor: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(cursor)) throw new AppError('cursor_invalid');
  return Number(cursor);
}
