/** An import tried by a running server: the file goes there, and nothing but what it found comes back. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Remote } from '../config.ts';
import type { ImportSource } from '../core/import/import-source.ts';
import type { ImportPreview } from '../core/import/preview-import.ts';
import { createApiClient } from './api-client.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { note, printable } from './output.ts';

export interface PreviewOrder {
  readonly table: string;
  readonly key: string | undefined;
  readonly createFields: boolean;
  readonly skip: readonly string[];
  readonly types: ReadonlyMap<string, string> | undefined;
  readonly sheet: string | undefined;
}

interface ShownImport {
  readonly id: string;
  readonly error: string | null;
  readonly finished_at: string | null;
  readonly preview: ImportPreview | null;
  readonly plan: { readonly notes?: readonly string[] } | null;
}

const askEveryMs = 200;

/** @throws AppError, CliError */
export async function previewRemotely(
  remote: Remote,
  appId: string,
  source: ImportSource,
  { table, key, createFields, skip, types, sheet }: PreviewOrder,
): Promise<ImportPreview> {
  const api = createApiClient(remote);
  const query = new URLSearchParams({
    name: table,
    dry_run: 'true',
    filename: source.name,
    skip: JSON.stringify(skip),
    types: JSON.stringify(Object.fromEntries(types ?? [])),
    ...(key === undefined ? {} : { key }),
    ...(createFields ? { create_fields: 'true' } : {}),
    ...(sheet === undefined ? {} : { sheet }),
  });
  const path = `/api/v1/apps/${encodeURIComponent(appId)}/imports`;
  let shown = await api.upload<ShownImport>(`${path}?${query}`, source);
  while (shown.finished_at === null) {
    await pause(askEveryMs);
    shown = await api.call('GET', `${path}/${shown.id}`);
  }
  await api.call('DELETE', `${path}/${shown.id}`);
  for (const text of shown.plan?.notes ?? []) note(printable(text));
  if (shown.preview === null) throw new CliError(exitCodes.refused, shown.error ?? 'the server gave the import up');
  return shown.preview;
}
