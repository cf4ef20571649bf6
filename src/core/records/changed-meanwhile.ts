import type { Core } from '../context.ts';
import { AppError } from '../errors.ts';
import type { TableSchema } from '../tables/table-schema.ts';

/**
 * What to make of a read that failed: when a column went between looking the table up and reading it, the caller is
 * asked to try again (it would then see the new table); any other failure stays what it is.
 */
export function changedMeanwhile(core: Core, table: TableSchema) {
  return async (error: unknown): Promise<never> => {
    const current = await core.store.find('tables', { id: table.id });
    if (current?.version === table.version) throw error;
    throw new AppError('store_unavailable', 'The table has just been changed; try again.', { retryAfterSeconds: 1 });
  };
}
