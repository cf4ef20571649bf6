/** How long the executable takes on a large database until its first answer. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Line } from './report.ts';

const rounds = 5;
const port = '43737';

/** The best of some starts. */
export async function benchStart(file: string, rows: number): Promise<Line> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) best = Math.min(best, await start(file));
  return {
    name: `start on ${rows.toLocaleString('en')} records, to the first answer`,
    value: `${best.toFixed(0)} ms`,
    measured: best,
    mostMeasured: 400,
  };
}

/** @returns milliseconds */
async function start(file: string): Promise<number> {
  const from = performance.now();
  const server = fork(new URL('../src/main.ts', import.meta.url), ['serve'], {
    env: {
      ...process.env,
      // As `npm start` has it.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/tessera', import.meta.url)),
      DATABASE_URL: `sqlite:${file}`,
      PORT: port,
      TESSERA_LOG_LEVEL: 'error',
    },
    stdio: 'ignore',
  });
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 2));
  const took = performance.now() - from;
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  return took;
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}
