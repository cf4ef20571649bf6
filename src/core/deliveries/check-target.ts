import { isIP } from 'node:net';
import { AppError } from '../errors.ts';
import type { CoreSettings } from '../settings.ts';
import { isPublicAddress } from './public-address.ts';

const urlLengthMax = 2048;

/** Names that never leave the machine or its network, so that a mistake is told at once; what counts is the address at sending. */
const localNames = /^(?:localhost|.+\.(?:localhost|local|internal|intranet|lan|home\.arpa))\.?$/i;

/** The URL of a receiver, normalised. @throws body_invalid naming `field` */
export function checkTarget(settings: CoreSettings, url: string, field = 'url'): string {
  const problem = problemOf(settings, url);
  if (problem === null) return new URL(url).href;
  throw new AppError('body_invalid', `${field}: ${problem}`, {
    issues: [{ field, code: 'body_invalid', message: problem }],
  });
}

function problemOf({ allowPrivateWebhooks }: CoreSettings, url: string): string | null {
  if (url.length > urlLengthMax) return `must have at most ${urlLengthMax} characters`;
  if (!URL.canParse(url)) return 'must be an absolute URL';
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must begin with http:// or https://';
  if (username !== '' || password !== '') return 'must not hold a user name or password; send them in a header';
  if (allowPrivateWebhooks) return null;
  const host = hostOf(hostname);
  const isPrivate = isIP(host) === 0 ? localNames.test(host) : !isPublicAddress(host);
  return isPrivate ? 'must not lead to a private address (the operator can allow those)' : null;
}

/** A URL's host name as a resolver takes it. */
export function hostOf(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
