/** `npm run proof:secrets`: nothing that the product puts out holds a secret, but the answers that show it on purpose. */
import { proveSecrets } from './prove.ts';

try {
  const { secrets, bytes, requests } = await proveSecrets();
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`${secrets} secrets, ${requests} requests, ${size} of output: none of them in it`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
