/** `npm run proof:isolation`: nobody reaches, changes or learns of what is not theirs, on any route of any dialect. */
import { proveIsolation } from './prove.ts';

try {
  const { routes, callers, requests } = await proveIsolation();
  console.log(
    `${routes} routes, ${callers} callers, ${requests} requests: every refusal as its dialect says, nothing told`,
  );
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
