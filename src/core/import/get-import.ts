import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { visibleApp } from '../permit.ts';
import type { AppRow, ImportRow } from '../system-rows.ts';
import { verbBits } from '../workspaces/roles.ts';

/** An import is shown to who began it and to who manages the app: it quotes the file. @throws app_not_found, import_not_found */
export async function getImport(core: Core, actor: Actor, appId: string, id: string): Promise<ImportRow> {
  const app = await visibleApp(core, actor, appId);
  const row = await core.store.find('imports', { id, app_id: app.id });
  if (row === undefined || !(row.created_by === actor.label || mayManage(actor, app))) {
    throw new AppError('import_not_found');
  }
  return row;
}

export interface ImportPage {
  readonly imports: readonly ImportRow[];
  readonly next: string | null;
}

/** Imports of the app that the actor may see, latest first. @throws app_not_found, cursor_invalid */
export async function listImports(
  core: Core,
  actor: Actor,
  appId: string,
  { limit = 100, cursor }: { readonly limit?: number; readonly cursor?: string | undefined } = {},
): Promise<ImportPage> {
  const app = await visibleApp(core, actor, appId);
  const own = mayManage(actor, app) ? {} : { created_by: actor.label };
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw new AppError('cursor_invalid');
  const offset = Number(cursor ?? 0);
  const found = await core.store.list(
    'imports',
    { app_id: app.id, ...own },
    {
      orderBy: [
        ['created_at', 'desc'],
        ['id', 'desc'],
      ],
      limit: limit + 1,
      offset,
    },
  );
  return { imports: found.slice(0, limit), next: found.length > limit ? String(offset + limit) : null };
}

function mayManage(actor: Actor, app: AppRow): boolean {
  return (actor.verbs(app.workspace_id, app.id) & verbBits.manage) !== 0;
}
