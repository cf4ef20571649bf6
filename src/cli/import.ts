/** `tessera import`: a CSV, JSON Lines or Excel file into a table. Shows what it will do, asks, writes with a progress bar, tells what was refused. */

import { createReadStream, type WriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { type Core, systemActor } from '../core/context.ts';
import type { FieldTypeName } from '../core/fields/field-type.ts';
import type { ImportSource } from '../core/import/import-source.ts';
import type { ImportTarget } from '../core/import/import-target.ts';
import type { ImportPlan } from '../core/import/plan-import.ts';
import type { ImportPreview } from '../core/import/preview-import.ts';
import type { ImportResult, RefusedRow } from '../core/import/run-import.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, codeOf, exitCodes } from './exit-codes.ts';
import { describePlan, jsonOfPlan } from './import-report.ts';
import { note, printable, say, sayJson } from './output.ts';
import { appOf, localPlaces, remotePlaces } from './places.ts';
import { createProgress } from './progress.ts';
import { reach, urlOption } from './reach.ts';
import { collect, readColumnType } from './read-options.ts';

interface ImportOptions {
  readonly app?: string;
  readonly workspace?: string;
  readonly table: string;
  readonly key?: string;
  readonly sheet?: string;
  readonly dryRun?: boolean;
  readonly createFields?: boolean;
  readonly skip?: readonly string[];
  readonly type?: ReadonlyMap<string, FieldTypeName>;
  readonly rejects?: string;
  readonly resume?: boolean;
  readonly restart?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

/** Smaller files are read before anybody looks. */
const shownBytesMin = 5_000_000;

/** Refused rows that are told one by one; the rest is in the rejects file. */
const refusedShownMax = 20;

export function addImport(program: Command, done: Done): void {
  program
    .command('import')
    .description(
      'Import a CSV, JSON Lines or Excel file into a new or an existing table. Types are found out and shown before anything is written.',
    )
    .argument(
      '<file>',
      'UTF-8: CSV (comma, semicolon, tab or bar between cells, names in the first line), one JSON object per line, or an Excel file',
    )
    .requiredOption('--table <name>', 'table to import into; made when the app has none of this name')
    .option('--app <app>', 'app by id or name; may be left out where there is one only')
    .option('--workspace <workspace>', 'workspace of the app, by id or name')
    .option('--key <field>', 'unique field: a row whose value is there already changes that record')
    .option('--sheet <name>', 'of an Excel file, the sheet to read (default: the first)')
    .option('--dry-run', 'write nothing; tell what would be created, changed and refused')
    .option('--create-fields', 'add columns that the existing table lacks')
    .option('--skip <column>', 'column to leave out; repeatable', collect)
    .option('--type <column=type>', 'type of a new field, instead of the one found; repeatable', readColumnType)
    .option('--rejects <file>', 'write refused rows, with line and reason, to this CSV file')
    .option('--resume', 'go on with an import of this file that was cut off')
    .option('--restart', 'begin anew an import of this file that was cut off')
    .option('-y, --yes', 'do not ask before writing')
    .option(...urlOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['tessera import cities.csv --app 4fR… --table Cities', 'Into a new table; asks before it writes:'],
        ['tessera import cities.csv --app 4fR… --table Cities --key geonameid --yes', 'Again, changing what is there:'],
        ['tessera import people.csv --table People --type active=checkbox --skip notes', 'With a say in the fields:'],
        ['tessera import cities.csv --table Cities --key geonameid --dry-run', 'Tried only, with what would change:'],
        ['TESSERA_API_KEY=tsr_… tessera import a.csv --table A --url http://127.0.0.1:3737', 'While the server runs:'],
      ),
    )
    .action(async (file: string, options: ImportOptions) => done(await importFile(file, options)));
}

async function importFile(file: string, options: ImportOptions): Promise<number> {
  const source = await openSource(file);
  return reach(options.url, {
    local: async ({ core, config }) => {
      const { createCoreTarget } = await import('../core/import/core-target.ts');
      const { forgetImport } = await import('../core/import/import-run.ts');
      const { openImportState } = await import('./import-state.ts');
      const appId = await appOf(await localPlaces(core), options);
      if (options.dryRun === true) return dryRun(core, source, options, createCoreTarget(core, systemActor, appId));
      // Rows that change records by a key come out the same when they are written again.
      if (options.key !== undefined) return run(source, options, createCoreTarget(core, systemActor, appId));
      const state = () =>
        openImportState(file, appId, options.table, { ...options, hours: config.keep.idempotencyHours });
      return run(source, options, createCoreTarget(core, systemActor, appId), async () => {
        const { run: importRun, remove } = await state();
        const { contentHash } = await import('../core/import/import-source.ts');
        return {
          target: createCoreTarget(core, systemActor, appId, { ...importRun, content: await contentHash(source) }),
          async finish() {
            await remove();
            await forgetImport(core, importRun);
          },
        };
      });
    },
    remote: async (remote) => {
      const appId = await appOf(remotePlaces(remote), options);
      if (options.dryRun === true) {
        const { previewRemotely } = await import('./remote-preview.ts');
        return tellPreview(await previewRemotely(remote, appId, source, requestOf(source, options)), options);
      }
      const { createRemoteTarget } = await import('./remote-target.ts');
      return run(source, options, createRemoteTarget(remote, appId));
    },
  });
}

/** What writes, from the moment at which it is agreed to. */
interface Resumable {
  readonly target: ImportTarget;
  finish(): Promise<void>;
}

function requestOf(source: ImportSource, { table, key, createFields, skip, type, sheet }: ImportOptions) {
  return {
    source,
    table,
    key,
    createFields: createFields === true,
    skip: skip ?? [],
    sheet,
    types: type ?? new Map<string, FieldTypeName>(),
  };
}

/** The whole file is read for the plan: of a large one it is shown how far. */
async function planned(target: ImportTarget, source: ImportSource, options: ImportOptions): Promise<ImportPlan> {
  const { planImport } = await import('../core/import/plan-import.ts');
  const { bytesPerUnit, showReading } = await import('./show-reading.ts');
  const isShown = options.json !== true && source.bytes >= shownBytesMin;
  const progress = await createProgress(Math.ceil(source.bytes / bytesPerUnit), isShown, 'MB');
  return showReading(source, progress, (shown) => planImport(target, requestOf(shown, options)));
}

async function dryRun(core: Core, source: ImportSource, options: ImportOptions, target: ImportTarget): Promise<number> {
  const { previewImport } = await import('../core/import/preview-import.ts');
  const plan = await planned(target, source, options);
  if (options.json !== true) note(describePlan(plan));
  const progress = await createProgress(plan.rows, options.json !== true);
  try {
    const preview = await previewImport(core, systemActor, plan, progress.update);
    progress.stop();
    return await tellPreview(preview, options, plan);
  } finally {
    progress.stop();
  }
}

async function tellPreview(preview: ImportPreview, { json }: ImportOptions, plan?: ImportPlan): Promise<number> {
  const { describePreview, jsonOfPreview } = await import('./import-preview.ts');
  if (json === true) sayJson({ ...jsonOfPreview(preview), ...(plan === undefined ? {} : jsonOfPlan(plan)) });
  else say(describePreview(preview));
  return preview.refused === 0 ? exitCodes.ok : exitCodes.refused;
}

async function run(
  source: ImportSource,
  options: ImportOptions,
  target: ImportTarget,
  begin: () => Promise<Resumable> = async () => ({ target, finish: async () => undefined }),
): Promise<number> {
  const plan = await planned(target, source, options);
  let resumable: Resumable;
  try {
    if (options.json !== true) note(describePlan(plan));
    if (options.yes !== true && !(await isConfirmed(options))) {
      note('Nothing was written.');
      plan.content.close();
      return exitCodes.refused;
    }
    resumable = await begin();
  } catch (error) {
    plan.content.close();
    throw error;
  }
  const { result, seconds } = await write(plan, options, resumable.target);
  await resumable.finish();
  const { table, created, updated, unchanged, refused } = result;
  if (options.json === true) {
    sayJson({
      table: { id: table.id, name: table.name },
      rows: plan.rows,
      created,
      updated,
      unchanged,
      refused,
      ...jsonOfPlan(plan),
    });
  } else {
    const left = unchanged === 0 ? '' : `${count(unchanged)} left as they are, `;
    const rate = Math.round(plan.rows / Math.max(seconds, 0.001));
    say(
      `${count(created)} created, ${count(updated)} changed, ${left}${count(refused)} refused in ${seconds.toFixed(1)} s ` +
        `(${count(rate)} rows/s). Table ${table.name}: ${table.id}`,
    );
  }
  return refused === 0 ? exitCodes.ok : exitCodes.refused;
}

async function write(
  plan: ImportPlan,
  options: ImportOptions,
  target: ImportTarget,
): Promise<{ readonly result: ImportResult; readonly seconds: number }> {
  const { systemClock } = await import('../core/clock.ts');
  const { runImport } = await import('../core/import/run-import.ts');
  const rejects = options.rejects === undefined ? null : await openRejects(options.rejects);
  const progress = await createProgress(plan.rows, options.json !== true);
  let told = 0;
  const tell = (row: RefusedRow): void => {
    rejects?.write(rejectLine(row));
    told += 1;
    if (told <= refusedShownMax) progress.note(`line ${row.line}: ${printable(sentence(row))}`);
    if (told === refusedShownMax + 1) progress.note('… more rows were refused; --rejects FILE keeps them all');
  };
  const startedAt = systemClock.monotonic();
  try {
    const result = await runImport(target, plan, { onProgress: ({ rows }) => progress.update(rows), onRefused: tell });
    return { result, seconds: (systemClock.monotonic() - startedAt) / 1000 };
  } finally {
    progress.stop();
    if (rejects !== null) await new Promise((resolve) => rejects.end(resolve));
  }
}

async function openSource(file: string): Promise<ImportSource> {
  const found = await stat(file).catch((error: unknown) => {
    throw new CliError(
      exitCodes.notFound,
      `${file} cannot be read: ${codeOf(error) === 'ENOENT' ? 'there is no such file' : String(error)}`,
    );
  });
  if (!found.isFile())
    throw new CliError(exitCodes.usage, `${file} is not a file; it is read twice, so it cannot be a pipe`);
  return {
    name: basename(file),
    bytes: found.size,
    open: (start = 0) => createReadStream(file, { start, highWaterMark: 1 << 18 }),
  };
}

/** Made with care: an existing file is not overwritten, and only its owner reads it. */
async function openRejects(file: string): Promise<WriteStream> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    const why = codeOf(error) === 'EEXIST' ? 'it exists already' : String(error);
    throw new CliError(exitCodes.usage, `--rejects: ${file} cannot be written: ${why}`);
  });
  const stream = handle.createWriteStream();
  stream.write('line,field,reason,row\n');
  return stream;
}

function rejectLine({ line, field, reason, cells }: RefusedRow): string {
  const row = cells.map(quoted).join(',');
  return `${[String(line), field, reason, row].map(quoted).join(',')}\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function sentence({ field, reason }: RefusedRow): string {
  return field === '' ? reason : `${field}: ${reason}`;
}

/** Without a terminal nobody can be asked. @throws CliError */
async function isConfirmed({ json }: ImportOptions): Promise<boolean> {
  if (json === true || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError(exitCodes.usage, 'nothing was written: add --yes to write without being asked');
  }
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question('Write this? [y/N] ')).trim());
  } finally {
    lines.close();
  }
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
