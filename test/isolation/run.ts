/** `npm run proof:isolation`: nobody reaches, changes or learns of what is not theirs, on any route of any dialect. */
import { parseArgs } from 'node:util';
import { proveIsolation } from './prove.ts';

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
if (values.help) {
  console.log(
    'usage: npm run proof:isolation\nAsks every route of every dialect as everybody, with foreign ids. Takes no options.',
  );
  process.exit(0);
}

try {
  const { routes, callers, requests } = await proveIsolation();
  console.log(
    `${routes} routes, ${callers} callers, ${requests} requests: every refusal as its dialect says, nothing told`,
  );
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
