/** Whom a push service can turn to (RFC 8292 §2.1): the `sub` of what proves to it who sends. */
import { isIP } from 'node:net';
import type { CoreSettings } from '../settings.ts';

/**
 * Of a server that nobody outside can reach. Some services refuse every message whose contact is no name of the Internet
 * (Apple's: 403 BadJwtToken, web-push#947); nobody reads what is sent here, but the messages arrive.
 */
const nobody = 'mailto:nobody@example.com';

/** An https or mailto URL: the operator's word, otherwise the server's public URL or the postmaster of its host. */
export function vapidSubject({ pushContact, publicUrl }: Pick<CoreSettings, 'pushContact' | 'publicUrl'>): string {
  if (pushContact !== undefined && pushContact !== null) return pushContact;
  const { protocol, hostname } = new URL(publicUrl);
  if (!isPublicName(hostname)) return nobody;
  return protocol === 'https:' ? publicUrl : `mailto:postmaster@${hostname}`;
}

/** Kept for other things than the public Internet (RFC 2606, 6761, 6762, 8375, 9476), or by habit. */
const localDomains =
  /\.(?:localhost|local|internal|intranet|private|corp|home|lan|test|invalid|example|onion|alt|home\.arpa)$/;

/** Whether a host may be found by others, judged by its name alone. */
export function isPublicName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return name.includes('.') && !name.startsWith('[') && isIP(name) === 0 && !localDomains.test(name);
}
