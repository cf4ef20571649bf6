/** What keys did: calls counted per minute, summed over a time span by what the caller wants to tell apart. */
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { requireKey } from '../keys/require-key.ts';
import { requireApp, requireWorkspace } from '../permit.ts';
import type { Where } from '../store.ts';
import type { UsageRow } from '../system-rows.ts';

/** What sums can be told apart by. `minute`, `hour` and `day` are the beginnings of UTC spans, at most one of them. */
export const usageDimensions = ['app', 'key', 'table', 'verb', 'status', 'minute', 'hour', 'day'] as const;
export type UsageDimension = (typeof usageDimensions)[number];

export interface UsageQuery {
  /** One of the three says whose usage. */
  readonly appId?: string;
  readonly keyId?: string;
  readonly workspaceId?: string;
  /** Milliseconds since 1970, counted in whole minutes: from is included, to is not. */
  readonly from: number;
  readonly to: number;
  /** Left out: key, table, verb and status. */
  readonly by?: readonly UsageDimension[];
}

/** A sum; only the dimensions that were asked for are there. */
export interface UsageSum {
  readonly app_id?: string;
  readonly key_id?: string;
  /** Empty for calls that touch no table. */
  readonly table_id?: string;
  readonly verb?: string;
  /** 2, 4 or 5 for the rest of their class; 401, 423 and 429 by themselves. */
  readonly status?: number;
  /** Beginning of the span, milliseconds since 1970. */
  readonly at?: number;
  readonly calls: number;
}

const minuteMs = 60_000;
const spanMinutes = { minute: 1, hour: 60, day: 1440 } as const;
const daysMax = 400;
const sumsMax = 50_000;
const rowsPerPiece = 10_000;

/**
 * Sums in the order of their dimensions. Counts reach the store within 5 s of the call; the latest may be missing.
 * @throws parameter_invalid, key_not_found, app_not_found, workspace_not_found
 */
export async function readUsage(core: Core, actor: Actor, query: UsageQuery): Promise<UsageSum[]> {
  const by = query.by ?? ['key', 'table', 'verb', 'status'];
  const from = Math.floor(query.from / minuteMs);
  const to = Math.ceil(query.to / minuteMs);
  if (!(to >= from)) throw refused('to', 'must not be before from');
  if (to - from > daysMax * spanMinutes.day) throw refused('from', `must be at most ${daysMax} days before to`);
  const whose = await scopeOf(core, actor, query);

  const sums = new Map<string, { -readonly [K in keyof UsageSum]: UsageSum[K] }>();
  for await (const rows of pieces(core, whose, from, to)) {
    for (const row of rows) {
      const sum = labelled(row, by);
      const name = JSON.stringify(Object.values(sum));
      const known = sums.get(name);
      if (known !== undefined) known.calls += row.calls;
      else sums.set(name, { ...sum, calls: row.calls });
    }
    if (sums.size > sumsMax)
      throw refused('by', `gives more than ${sumsMax} sums; ask for a shorter time or fewer dimensions`);
  }
  return [...sums.values()].sort((a, b) => inOrder(a, b, by));
}

async function scopeOf(core: Core, actor: Actor, query: UsageQuery): Promise<Where<UsageRow>> {
  if (query.keyId !== undefined) return { key_id: (await requireKey(core, actor, query.keyId, 'see')).id };
  if (query.appId !== undefined) return { app_id: (await requireApp(core, actor, query.appId, 'manage')).id };
  if (query.workspaceId !== undefined) {
    return { workspace_id: (await requireWorkspace(core, actor, query.workspaceId, 'manage')).id };
  }
  throw new AppError('app_not_found');
}

/** The rows of a time span, a day at a time and in bounded pieces, so that a busy year does not fill the memory. */
async function* pieces(core: Core, whose: Where<UsageRow>, from: number, to: number): AsyncGenerator<UsageRow[]> {
  for (let day = from; day < to; day += spanMinutes.day) {
    const minute = { gte: day, lt: Math.min(day + spanMinutes.day, to) };
    for (let offset = 0; ; offset += rowsPerPiece) {
      const rows = await core.store.list(
        'usage',
        { ...whose, minute },
        {
          orderBy: [
            ['minute', 'asc'],
            ['key_id', 'asc'],
            ['app_id', 'asc'],
            ['table_id', 'asc'],
            ['verb', 'asc'],
            ['status', 'asc'],
          ],
          limit: rowsPerPiece,
          offset,
        },
      );
      yield rows;
      if (rows.length < rowsPerPiece) break;
    }
  }
}

function labelled(row: UsageRow, by: readonly UsageDimension[]): Omit<UsageSum, 'calls'> {
  const sum: Record<string, string | number> = {};
  for (const dimension of by) sum[fieldOf[dimension]] = labelOf(row, dimension);
  return sum;
}

function labelOf(row: UsageRow, dimension: UsageDimension): string | number {
  switch (dimension) {
    case 'app':
      return row.app_id;
    case 'key':
      return row.key_id;
    case 'table':
      return row.table_id;
    case 'verb':
      return row.verb;
    case 'status':
      return row.status;
    case 'minute':
    case 'hour':
    case 'day':
      return (row.minute - (row.minute % spanMinutes[dimension])) * minuteMs;
  }
}

const fieldOf: Record<UsageDimension, keyof UsageSum> = {
  app: 'app_id',
  key: 'key_id',
  table: 'table_id',
  verb: 'verb',
  status: 'status',
  minute: 'at',
  hour: 'at',
  day: 'at',
};

function inOrder(a: UsageSum, b: UsageSum, by: readonly UsageDimension[]): number {
  for (const dimension of by) {
    const [x, y] = [a[fieldOf[dimension]] ?? 0, b[fieldOf[dimension]] ?? 0];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function refused(field: string, message: string): AppError {
  return new AppError('parameter_invalid', `${field}: ${message}`, {
    issues: [{ field, code: 'parameter_invalid', message }],
  });
}
