/** `tessera export`: the records of a table as a file, or on standard output for the next program. */
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import type { Instance } from '../app.ts';
import type { Remote } from '../config.ts';
import { type Core, systemActor } from '../core/context.ts';
import { type ExportFormat, exportFormats } from '../core/export/export-format.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { say, sayJson } from './output.ts';
import { localPlaces, remotePlaces, tableOf } from './places.ts';
import { createProgress, type Progress } from './progress.ts';
import { reach, urlOption } from './reach.ts';

interface ExportOptions {
  readonly app?: string;
  readonly workspace?: string;
  readonly table: string;
  readonly format?: ExportFormat;
  readonly out?: string;
  readonly fields?: string;
  readonly filter?: string;
  readonly sort?: string;
  readonly bom?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

/** An export that has begun. */
interface Running {
  readonly content: AsyncIterable<Uint8Array>;
  readonly progress: Progress;
  /** How many records have been written. */
  records(): number;
}

export function addExport(program: Command, done: Done): void {
  program
    .command('export')
    .description('Export the records of a table, as they are, with the names of the fields.')
    .requiredOption('--table <table>', 'table by id or name')
    .option('--app <app>', 'app by id or name; may be left out where there is one only')
    .option('--workspace <workspace>', 'workspace of the app, by id or name')
    .addOption(
      new Option('--format <format>', 'default: what the name of the file says, or csv').choices(exportFormats),
    )
    .option('--out <file>', 'file to write; without: standard output')
    .option('--force', 'write over a file that exists')
    .option('--fields <fields>', 'fields in the order of the columns, comma-separated; id and created_at are there too')
    .option('--filter <json>', 'only these records: a filter of the native API')
    .option('--sort <fields>', 'fields, comma-separated; - before a field sorts downwards')
    .option('--bom', 'CSV: begin with a byte order mark, by which Excel knows UTF-8')
    .option(...urlOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['tessera export --table Orders --out orders.csv', 'A table as CSV:'],
        ['tessera export --table Orders --format jsonl | gzip > orders.jsonl.gz', 'Compressed on the way:'],
        [`tessera export --table Orders --filter '{"Status":"Paid"}' --sort -Total --fields Number,Total`, 'A part:'],
      ),
    )
    .action(async (options: ExportOptions) => done(await exportTable(options)));
}

async function exportTable(options: ExportOptions): Promise<number> {
  if (options.json === true && options.out === undefined) {
    throw new CliError(exitCodes.usage, '--json: needs --out, because the records go to standard output otherwise');
  }
  return reach(options.url, {
    local: async (instance) => finish(await startLocal(instance, options), options),
    remote: async (remote) => finish(await startRemote(remote, options), options),
  });
}

function formatOf({ format, out = '' }: ExportOptions): ExportFormat {
  return format ?? exportFormats.find((one) => out.toLowerCase().endsWith(`.${one}`)) ?? 'csv';
}

async function startLocal({ core }: Instance, options: ExportOptions): Promise<Running> {
  const { exportRecords } = await import('../core/export/export-records.ts');
  const { countRecords } = await import('../core/records/list-records.ts');
  const { openTable } = await import('../core/permit.ts');
  const { id } = await tableOf(await localPlaces(core), options);
  const table = await openTable(core, systemActor, id);
  const question = await questionOf(core, table.id, options);
  const total = await countRecords(core, systemActor, table, question.filter);
  const progress = await createProgress(total, isProgressWanted(options));
  let records = 0;
  const content = exportRecords(core, systemActor, table, {
    format: formatOf(options),
    ...question,
    hasBom: options.bom,
    onProgress(done) {
      records = done;
      progress.update(done);
    },
  });
  return { content, progress, records: () => records };
}

async function questionOf(core: Core, tableId: string, { fields, filter, sort }: ExportOptions) {
  const { parseParameter, readColumns, readFilter, readSort } = await import('../core/records/read-query.ts');
  const { openTable, requireVerb } = await import('../core/permit.ts');
  const table = await openTable(core, systemActor, tableId);
  const grant = requireVerb(systemActor, table, 'read');
  return {
    fields: fields === undefined ? undefined : readColumns(table, grant, fields),
    filter: filter ? readFilter(table, grant, parseParameter('filter', filter, 'filter_invalid')) : undefined,
    sort: sort === undefined ? undefined : readSort(table, grant, sort),
  };
}

async function startRemote(remote: Remote, options: ExportOptions): Promise<Running> {
  const { createApiClient } = await import('./api-client.ts');
  const api = createApiClient(remote);
  const { id } = await tableOf(remotePlaces(remote), options);
  const { fields, filter, sort } = options;
  const format = formatOf(options);
  const query = new URLSearchParams({
    format,
    ...(fields === undefined ? {} : { fields }),
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort }),
    ...(options.bom === true ? { bom: 'true' } : {}),
  });
  const counted = new URLSearchParams({ limit: '1', count: 'true', ...(filter === undefined ? {} : { filter }) });
  const { count: total } = await api.call<{ count: number }>('GET', `/api/v1/tables/${id}/records?${counted}`);
  const content = await api.download(`/api/v1/tables/${id}/export?${query}`);
  // How far it is, only the server knows: lines are near enough for a bar, and at the end it is all of them.
  const progress = await createProgress(total, isProgressWanted(options));
  return {
    content: countingLines(content, (lines) => progress.update(Math.min(lines, total))),
    progress,
    records: () => total,
  };
}

async function* countingLines(
  content: AsyncIterable<Uint8Array>,
  tell: (lines: number) => void,
): AsyncGenerator<Uint8Array> {
  let lines = 0;
  for await (const chunk of content) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    tell(lines);
    yield chunk;
  }
}

/** On a terminal, records and a bar would be written over each other. */
function isProgressWanted({ out, json }: ExportOptions): boolean {
  return json !== true && (out !== undefined || !process.stdout.isTTY);
}

async function finish({ content, progress, records }: Running, options: ExportOptions): Promise<number> {
  const { out } = options;
  try {
    if (out === undefined) {
      for await (const chunk of content) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
      return exitCodes.ok;
    }
    const { writeFileWhole } = await import('./write-file.ts');
    const bytes = await writeFileWhole(out, content, { overwrites: options.force === true });
    progress.stop();
    if (options.json === true) sayJson({ file: out, format: formatOf(options), records: records(), bytes });
    else say(`${records().toLocaleString('en-US')} records in ${out}`);
    return exitCodes.ok;
  } finally {
    progress.stop();
  }
}
