/** An import from beginning to end, in this process: what is planned, written and told. */
import type { Actor, Core } from '../context.ts';
import { createCoreTarget } from './core-target.ts';
import { type ImportRequest, planImport } from './plan-import.ts';
import { type ImportListeners, type ImportResult, type RunOptions, runImport } from './run-import.ts';

/** A server does other things meanwhile: nobody waits long for a write of so few rows. */
const besideRequests: RunOptions = { rowsPerWrite: 200 };

/**
 * Imports a CSV, JSON Lines or XLSX file into a table of the app, as the actor. Rows that are refused are told and left out;
 * rows already written stay when it fails later. Memory does not grow with the file.
 * @throws body_invalid, field_unknown, field_read_only, scope_missing, role_insufficient, parameter_invalid, name_invalid, name_taken
 */
export async function importRecords(
  core: Core,
  actor: Actor,
  appId: string,
  request: ImportRequest,
  listeners: ImportListeners = {},
  options: RunOptions = besideRequests,
): Promise<ImportResult> {
  const target = createCoreTarget(core, actor, appId);
  return runImport(target, await planImport(target, request), listeners, options);
}
