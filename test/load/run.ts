/** `npm run proof:load -- [--seconds 60]`: three times what the server can do, and what it does about it. */
import { parseArgs } from 'node:util';
import { judgeLoad, proveLoad } from './prove.ts';

const usage = `usage: npm run proof:load -- [--seconds 60]
Measures what the server can do, then sends it three times as much for so many seconds. Prints and judges the times.`;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, help: { type: 'boolean', short: 'h', default: false } },
});
const seconds = Number(values.seconds);
if (values.help) {
  console.log(usage);
  process.exit(0);
}
if (!(seconds >= 2 && seconds <= 3600)) {
  console.error(usage);
  process.exit(2);
}

try {
  const report = await proveLoad(seconds, { tell: (text) => process.stderr.write(`${text}\n`) });
  const { capacity, offeredPerSecond, loaded, cores } = report;
  console.log(
    `${Math.round(capacity)} calls/s possible; offered ${Math.round(offeredPerSecond)}/s for ${seconds} s (sent ${Math.round(loaded.sent / seconds)}/s); processors: server ${cores.server.toFixed(2)}, client ${cores.client.toFixed(2)}`,
  );
  for (const { text, isKept } of judgeLoad(report)) {
    console.log(`${isKept ? 'ok    ' : 'MISSED'} ${text}`);
    if (!isKept) process.exitCode = 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
