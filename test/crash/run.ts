/**
 * `npm run proof:crash -- [--points 200] [--seed N]`: nothing acknowledged is lost, whenever the server is killed or the
 * power fails. The seed is printed; what a failure keeps on disk is named in its message.
 */
import { parseArgs } from 'node:util';
import { proveCrashes } from './prove.ts';
import { createReport } from './report.ts';

const usage = `usage: npm run proof:crash -- [--points 200] [--seed N]
Kills the server or cuts its power so many times, and checks what is left. A failure names the seed and keeps the files.`;

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const points = Number(values.points);
const seed = Number(values.seed);
if (!Number.isSafeInteger(points) || points < 1 || !Number.isSafeInteger(seed)) {
  console.error(usage);
  process.exit(2);
}

const startedAt = performance.now();
const report = createReport(({ cuts, kills }) => {
  const done = cuts + kills;
  if (done % Math.ceil(points / 20) === 0 || done === points) {
    process.stderr.write(`${done} of ${points} points, ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  }
});
console.log(`${points} points, seed ${seed}`);
try {
  await proveCrashes(points, seed, report);
  const { cuts, kills, acknowledged, restarts, tears, happened, imports, wentOn } = report;
  console.log(`${cuts} power cuts and ${kills} kills: nothing lost, nothing half done, no id twice`);
  console.log(`  ${acknowledged} operations were sent; in recorded runs the log began anew ${restarts} times`);
  console.log(`  unsynced writes: ${[...tears].map(([tear, count]) => `${tear} ${count}`).join(', ')}`);
  console.log(`  ${happened} operations had happened although the kill came before their answer`);
  console.log(`  ${imports} imports were begun; ${wentOn} times one that was interrupted went on to its last row`);
  console.log(`  ${Math.round((performance.now() - startedAt) / 1000)} s`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
