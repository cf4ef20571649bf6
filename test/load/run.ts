/** `npm run proof:load -- [--seconds 60]`: three times what the server can do, and what it does about it. */
import { parseArgs } from 'node:util';
import { crowdTimes, judgeLoad, noiseOf } from './judge.ts';
import { proveLoad } from './prove.ts';

const usage = `usage: npm run proof:load -- [--seconds 60]
Measures what the server can do, then sends it three times as much for so many seconds. Prints and judges the times.
Ends with 1 where a promise is missed, and with 2 where only times are and the machine was busy with something else.`;

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
  const sent = (loaded.crowd.sent + loaded.few.sent) / seconds;
  console.log(
    `${Math.round(capacity)} calls/s possible; offered ${Math.round(offeredPerSecond)}/s for ${seconds} s (sent ${Math.round(sent)}/s); processors: server ${cores.server.toFixed(2)}, clients ${cores.clients.toFixed(2)}`,
  );
  const [idleNoise, noise] = [noiseOf(report.idleCores), noiseOf(cores)];
  const isNoisy = idleNoise?.isMuch === true || noise?.isMuch === true;
  for (const { text, isKept, isOfTime } of judgeLoad(report)) {
    console.log(`${isKept ? 'ok    ' : isOfTime && isNoisy ? 'UNSURE' : 'MISSED'} ${text}`);
    if (!isKept) process.exitCode = isOfTime && isNoisy ? (process.exitCode ?? 2) : 1;
  }
  console.log(`       ${crowdTimes(report)}`);
  if (noise !== null) console.log(`       the machine meanwhile: ${noise.text} (${idleNoise?.text} while idle)`);
  if (isNoisy) console.log('       It was busy with something else: times say little. Try again when it is quiet.');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
