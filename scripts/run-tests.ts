/**
 * `npm test [-- part-of-a-path …] [--no-skips] [--bail]` runs every test file in its own process, as many at once as
 * there are cores. The last line is `N passed, N failed`, with `, N skipped` where there are any; the exit code is 1
 * when a test failed or none ran. With `--no-skips` or CI_NO_SKIPS=1 a skipped test counts as failed.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, sep } from 'node:path';
import { run } from 'node:test';
import { inspect, parseArgs } from 'node:util';

/** For what hangs: no file takes a tenth of it, and a machine that is busy with something else shall not matter. */
const fileTimeoutMs = 20 * 60_000;
const testFolders = ['src', 'sdk', 'console', 'bench', 'scripts', 'test'];
const skipForm = /\S — \S/;

interface Failure {
  readonly title: string;
  readonly text: string;
}

interface FileResult {
  readonly file: string;
  readonly durationMs: number;
  passed: number;
  readonly failures: Failure[];
  /** Reasons, one per skipped test. */
  readonly skips: { readonly title: string; readonly reason: string }[];
  output: string;
}

function findTestFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (/\.test\.tsx?$/.test(entry.name)) found.push(relative(root, path).split(sep).join('/'));
    }
  };
  const present = new Set(readdirSync(root));
  for (const folder of testFolders) if (present.has(folder)) visit(join(root, folder));
  return found.sort();
}

/** The stack without the test runner's own frames, and what caused the error. */
function describeError(error: unknown): string {
  const thrown = error instanceof Error && 'failureType' in error && error.cause !== undefined ? error.cause : error;
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : inspect(thrown);
  const lines = (thrown.stack ?? thrown.message).split('\n').filter((line) => !/^\s+at .*\(?node:/.test(line));
  if (thrown instanceof AggregateError) lines.push(inspect(thrown.errors));
  if (thrown.cause !== undefined) lines.push(`caused by: ${inspect(thrown.cause)}`);
  return lines.join('\n');
}

async function runFile(root: string, file: string, stop: AbortSignal): Promise<FileResult> {
  const startedAt = performance.now();
  const result = { file, durationMs: 0, passed: 0, failures: [], skips: [], output: '' } as FileResult;
  const timeout = AbortSignal.timeout(fileTimeoutMs);
  // The runner's own timeout only reaches tests, not a file that never ends: the signal ends the process.
  const path = join(root, file);
  const stream = run({ files: [path], isolation: 'process', cwd: root, signal: AbortSignal.any([timeout, stop]) });
  const ancestors: string[] = [];
  for await (const { type, data } of stream) {
    if (type === 'test:stdout' || type === 'test:stderr') result.output += data.message;
    if (type === 'test:start') ancestors.length = data.nesting;
    if (type === 'test:start') ancestors.push(data.name);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isWholeFile = data.name === path;
    const title = isWholeFile ? file : `${file}  ${[...ancestors.slice(0, data.nesting), data.name].join(' › ')}`;
    const skip = data.skip ?? data.todo;
    if (skip !== undefined && skip !== false) {
      result.skips.push({ title, reason: skip === true || skip === '' ? '(no reason given)' : skip });
    } else if (type === 'test:pass') {
      if (isWholeFile) result.failures.push({ title, text: 'There is no test in this file.' });
      else if (data.details.type !== 'suite') result.passed += 1;
    } else {
      const failureType = 'failureType' in data.details.error ? data.details.error.failureType : undefined;
      // A parent that failed only because of its children is told by them.
      if (failureType === 'subtestsFailed') continue;
      if (failureType === 'testAborted' && stop.aborted) continue;
      const text = timeout.aborted
        ? `The file did not end within ${fileTimeoutMs / 1000} s: a test hangs, or something was left open.`
        : isWholeFile
          ? 'The file failed outside its tests; see its output.'
          : describeError(data.details.error);
      result.failures.push({ title, text });
    }
  }
  return { ...result, durationMs: performance.now() - startedAt };
}

/** Skips with a reason and a way to enable them are allowed on a developer's machine only. */
function refuseSkips(result: FileResult, areSkipsAllowed: boolean): void {
  const refused = result.skips.filter(({ reason }) => !areSkipsAllowed || !skipForm.test(reason));
  for (const { title, reason } of refused) {
    const why = areSkipsAllowed ? 'A skip must read "reason — how to enable"' : 'Skipped where nothing may be skipped';
    result.failures.push({ title, text: `${why}: ${reason}` });
    result.skips.splice(
      result.skips.findIndex((skip) => skip.title === title && skip.reason === reason),
      1,
    );
  }
}

function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '    ');
}

function report(result: FileResult, showOutput: boolean): void {
  const isFailed = result.failures.length > 0;
  const counts = [`${result.passed} passed`];
  if (isFailed) counts.push(`${result.failures.length} failed`);
  if (result.skips.length > 0) counts.push(`${result.skips.length} skipped`);
  const seconds = (result.durationMs / 1000).toFixed(1);
  console.log(`${isFailed ? 'FAIL' : 'ok  '}  ${result.file}  ${counts.join(', ')}  (${seconds} s)`);
  for (const { title, text } of result.failures) console.log(`  ✗ ${title}\n${indent(text)}`);
  if ((isFailed || showOutput) && result.output.trim() !== '') console.log(`  output:\n${indent(result.output)}`);
}

function summarize(results: readonly FileResult[]): number {
  const failures = results.flatMap((result) => result.failures);
  const skips = results.flatMap((result) => result.skips);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const byReason = Map.groupBy(skips, (skip) => skip.reason);
  console.log('');
  for (const [reason, group] of byReason) console.log(`skipped: ${reason} (${group.length})`);
  if (failures.length > 0) console.log(`failed:\n${failures.map(({ title }) => `  ✗ ${title}`).join('\n')}`);
  if (passed + failures.length === 0) console.log('No test ran.');
  const counts = [`${passed} passed`, `${failures.length} failed`];
  if (skips.length > 0) counts.push(`${skips.length} skipped`);
  console.log(counts.join(', '));
  return failures.length > 0 || passed === 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'no-skips': { type: 'boolean' }, bail: { type: 'boolean' } },
    allowPositionals: true,
  });
  const areSkipsAllowed = values['no-skips'] !== true && process.env.CI_NO_SKIPS !== '1';
  const root = process.cwd();
  const files = findTestFiles(root).filter(
    (file) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
  );
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

  const results: FileResult[] = [];
  const waiting = [...files];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !stop.signal.aborted; file = waiting.shift()) {
      const result = await runFile(root, file, stop.signal);
      refuseSkips(result, areSkipsAllowed);
      results.push(result);
      report(result, files.length === 1);
      if (values.bail === true && result.failures.length > 0) stop.abort();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const code = summarize(results);
  // Stopped by hand: what ran may be green, the run as a whole is not.
  return stop.signal.aborted ? 1 : code;
}

process.exitCode = await main();
