/**
 * The list of what is kept for a while and then goes by itself. One entry per log; to add one, write its `begin` beside what
 * it clears, add its life to `Keep` and its variable to the configuration, and put it here.
 */
import { clearDeliveries } from '../deliveries/clear-deliveries.ts';
import { clearImports } from '../import/clear-imports.ts';
import { clearNotifications } from '../push/clear-notifications.ts';
import { clearIdempotency } from '../records/clear-idempotency.ts';
import { clearAudit, clearChanges } from './clear-log.ts';
import { clearUsage } from './clear-usage.ts';
import type { KeptLog } from './kept-log.ts';

export const keptLogs: readonly KeptLog[] = [
  { name: 'changes', begin: clearChanges },
  { name: 'audit', begin: clearAudit },
  { name: 'usage', begin: clearUsage },
  { name: 'idempotency', begin: clearIdempotency },
  { name: 'deliveries', begin: clearDeliveries },
  { name: 'notifications', begin: clearNotifications },
  { name: 'imports', begin: clearImports },
];
