/**
 * `npm run check`: types, lint and format, layers, dead exports, generated files, lock file, guide. One line per check; the
 * output only of those that failed. `npm run check -- types lint` runs the named ones.
 */
import { spawn } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly what: string;
  /** Arguments for the project's Node. */
  readonly args: readonly string[];
}

const checks: readonly Check[] = [
  { name: 'types', what: 'tsc', args: ['node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false'] },
  {
    name: 'lint',
    what: 'biome',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--diagnostic-level=warn'],
  },
  { name: 'layers', what: 'imports and words', args: ['scripts/check-layers.ts'] },
  { name: 'exports', what: 'knip', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'generated', what: 'files made from code', args: ['scripts/generate.ts', '--check'] },
  { name: 'lock', what: 'package-lock.json', args: ['scripts/check-lock-file.ts'] },
  { name: 'guide', what: 'CONTRIBUTING.md', args: ['scripts/check-guide.ts'] },
];

interface Outcome {
  readonly isPassed: boolean;
  readonly output: string;
  readonly durationMs: number;
}

function runCheck({ args }: Check): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const end = (isPassed: boolean): void => resolve({ isPassed, output, durationMs: performance.now() - startedAt });
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`No check called ${unknown.join(', ')}; there are ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const outcomes = await Promise.all(
  chosen.map(async (check) => {
    const outcome = await runCheck(check);
    const seconds = (outcome.durationMs / 1000).toFixed(1);
    console.log(`${outcome.isPassed ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(9)}  ${check.what}  (${seconds} s)`);
    return { ...outcome, name: check.name };
  }),
);
const failed = outcomes.filter(({ isPassed }) => !isPassed);
for (const { name, output } of failed) console.log(`\n${name}:\n${output.trimEnd()}`);
process.exitCode = failed.length > 0 ? 1 : 0;
