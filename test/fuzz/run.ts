/** `npm run proof:fuzz -- [--points 20000] [--seed N]`: whatever is sent, there is no fault, no hang and no half-done write. */
import { parseArgs } from 'node:util';
import { createReport, proveFuzz } from './prove.ts';

const usage = `usage: npm run proof:fuzz -- [--points 20000] [--seed N]
Sends so many requests to every route of every dialect. A failure names the seed; --seed repeats the same requests.`;

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const requests = Number(values.points);
const seed = Number(values.seed);
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
  console.error(usage);
  process.exit(2);
}

const startedAt = performance.now();
const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
const report = createReport(({ requests: done }) => {
  if (done % Math.ceil(requests / 20) === 0) process.stderr.write(`${done} of ${requests} requests, ${seconds()} s\n`);
});
console.log(`${requests} requests, seed ${seed}`);
try {
  await proveFuzz(requests, seed, report);
  const statuses = [...report.statuses].sort().map(([status, count]) => `${status} ${count}`);
  console.log(`${report.requests} requests: no fault, no hang, no half-done write; ${seconds()} s`);
  console.log(`  answers: ${statuses.join(', ')}`);
  console.log(`  routes that also answered with success: ${report.reached.size}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
