/** Every migration in order. A new one is added at the end; none is ever changed or removed. */
import { systemTables } from './0001-system-tables.ts';
import { files } from './0002-files.ts';
import { submissions } from './0003-submissions.ts';
import { deliveries } from './0004-deliveries.ts';
import { visitsAndExports } from './0005-visits-and-exports.ts';
import { imports } from './0006-imports.ts';
import { begunAndFailed } from './0007-begun-and-failed.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [
  systemTables,
  files,
  submissions,
  deliveries,
  visitsAndExports,
  imports,
  begunAndFailed,
];
