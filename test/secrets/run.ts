/** `npm run proof:secrets`: nothing that the product puts out holds a secret, but the answers that show it on purpose. */
import { parseArgs } from 'node:util';
import { proveSecrets } from './prove.ts';

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
if (values.help) {
  console.log(
    'usage: npm run proof:secrets\nRuns the whole product and searches all that it puts out for every secret made in it. Takes no options.',
  );
  process.exit(0);
}

try {
  const { secrets, bytes, requests } = await proveSecrets();
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`${secrets} secrets, ${requests} requests, ${size} of output: none of them in it`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
