import type { Actor, Core } from '../context.ts';
import { quotedCell } from '../export/write-csv.ts';
import type { ImportRow } from '../system-rows.ts';
import { getImport } from './get-import.ts';

const rejectsPerStep = 500;

/** Problems of refused rows that are kept of one import; of a file full of them, the first are enough. */
export const rejectsMax = 10_000;
/** Characters of one refused row that are kept. */
export const rejectLengthMax = 100_000;

/**
 * The rows that an import refused, as CSV: line, field and reason, then the row as it is in the file. One line per problem, at
 * most 10,000. @throws app_not_found, import_not_found
 */
export async function listRejects(
  core: Core,
  actor: Actor,
  appId: string,
  id: string,
): Promise<AsyncIterable<Uint8Array>> {
  return csvOf(core, await getImport(core, actor, appId, id));
}

async function* csvOf(core: Core, row: ImportRow): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lineOf(['line', 'field', 'reason', ...columnsOf(row)]));
  let after = 0;
  for (;;) {
    const some = await core.store.list(
      'import_rejects',
      { import_id: row.id, n: { gt: after } },
      { orderBy: [['n', 'asc']], limit: rejectsPerStep },
    );
    const last = some.at(-1);
    if (last === undefined) return;
    after = last.n;
    yield Buffer.from(
      some.map(({ line, field, reason, cells }) => lineOf([String(line), field, reason, ...cells])).join(''),
    );
  }
}

function columnsOf({ plan }: ImportRow): readonly string[] {
  return (plan as { readonly columns?: readonly string[] } | null)?.columns ?? [];
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(quotedCell).join(',')}\r\n`;
}
