/** Imports and exports of a whole table, each in a process of its own, beside bare better-sqlite3 with the same rows. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Line } from './report.ts';
import type { Transfer } from './transfer.ts';

/** @param rows of the full size; what is not budgeted is measured at a tenth of it */
export async function benchImportExport(folder: string, rows: number, isQuick: boolean): Promise<Line[]> {
  const few = Math.round(rows / 10);
  const transfer = (action: string, file: string, database: string, count = rows) =>
    new Promise<Transfer>((resolve, reject) => {
      let taken: Transfer | undefined;
      const files = [join(folder, file), join(folder, database)];
      const child = fork(new URL('./transfer.ts', import.meta.url), [action, ...files, String(count)]);
      child.on('message', (message) => {
        taken = message as Transfer;
      });
      child.on('exit', (code) => {
        if (taken === undefined) reject(new Error(`${action} ended with ${code}`));
        else resolve(taken);
      });
    });
  const text = (count: number) => count.toLocaleString('en');
  const rate = ({ seconds, cpuSeconds, mainSeconds }: Transfer, count: number) =>
    `${text(Math.round(count / seconds))} rows/s (${cpuSeconds.toFixed(1)} s of processor, ${mainSeconds.toFixed(1)} of it the main thread)`;
  /** On a busy machine, times of the processor in one run can be compared; those of the clock cannot. */
  const timesBare = ({ cpuSeconds, mainSeconds }: Transfer, bare: Transfer, share: number) =>
    [cpuSeconds, mainSeconds].map((seconds) => (seconds / (bare.cpuSeconds * share)).toFixed(1)).join(' and ');
  const extra = ({ extraMb }: Transfer) => `+${extraMb.toFixed(0)} MB`;

  await transfer('make', 'rows.csv', '-');
  await transfer('make', 'few.csv', '-', few);
  const bareImport = await transfer('bare import', 'rows.csv', 'bare.db');
  const csv = await transfer('import', 'rows.csv', 'ours.db');
  const fewCsv = await transfer('import', 'few.csv', 'few.db', few);
  const bareExport = await transfer('bare export', 'bare.jsonl', 'bare.db');
  const jsonlOut = await transfer('jsonl', 'rows.jsonl', 'ours.db');
  const csvOut = await transfer('csv', 'out.csv', 'ours.db');
  const xlsxOut = await transfer('xlsx', 'few.xlsx', 'few.db', few);
  const jsonl = await transfer('import', 'rows.jsonl', 'jsonl.db');
  const xlsx = await transfer('import', 'few.xlsx', 'xlsx.db', few);

  const exported = (name: string, taken: Transfer): Line[] => [
    {
      name: `export of ${text(rows)} rows, ${name}`,
      value: `${taken.seconds.toFixed(1)} s (${taken.cpuSeconds.toFixed(1)} s of processor); bare select and stringify: ${bareExport.seconds.toFixed(1)} s`,
      measured: taken.seconds,
      mostMeasured: isQuick ? undefined : 10,
    },
    { name: 'memory that it takes', value: extra(taken), measured: taken.extraMb, mostMeasured: 60 },
  ];
  return [
    {
      name: `import of ${text(rows)} rows, CSV, types found, on disk`,
      value: `${rate(csv, rows)}; bare inserts of rows and log: ${text(Math.round(rows / bareImport.seconds))} rows/s (${bareImport.cpuSeconds.toFixed(1)} s): ${timesBare(csv, bareImport, 1)} times its processor`,
      measured: rows / csv.seconds,
      leastMeasured: isQuick ? undefined : 60_000,
    },
    { name: 'memory that it takes', value: `${extra(csv)}; for a tenth of the rows ${extra(fewCsv)}` },
    { name: `import of ${text(rows)} rows, JSON Lines`, value: `${rate(jsonl, rows)}; ${extra(jsonl)}` },
    {
      name: `import of ${text(few)} rows, XLSX`,
      value: `${rate(xlsx, few)}; ${extra(xlsx)}; ${timesBare(xlsx, bareImport, few / rows)} times the processor of bare inserts`,
    },
    ...exported('CSV', csvOut),
    ...exported('JSON Lines', jsonlOut),
    { name: `export of ${text(few)} rows, XLSX`, value: `${xlsxOut.seconds.toFixed(1)} s; ${extra(xlsxOut)}` },
  ];
}
