/** How a command reaches the instance: by opening its database or, where a URL is given, through the API of its server. */
import type { Instance } from '../app.ts';
import { type Remote, readConfig, readRemote } from '../config.ts';
import { withDatabase } from './open-database.ts';

/** The option of every command that can go through a server. */
export const urlOption = [
  '--url <url>',
  'go through the running server at this URL (default: $TESSERA_URL); its native key comes from $TESSERA_API_KEY',
] as const;

export interface Ways<T> {
  local(instance: Instance): Promise<T>;
  remote(remote: Remote): Promise<T>;
}

export async function reach<T>(url: string | undefined, ways: Ways<T>): Promise<T> {
  const remote = readRemote(url);
  return remote === null ? withDatabase(readConfig(), ways.local) : ways.remote(remote);
}
