/**
 * Clients in a process of their own, so that what they wait for is the server and not each other's work. This file is both the
 * parent's handle and the child's program.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { pathToFileURL } from 'node:url';
import { type OpenLoad, type OpenRun, sendOpenly } from '../../bench/open-loop.ts';
import { type MixFacts, mixOf } from './mix.ts';

export type ClientLoad = Omit<OpenLoad, 'url' | 'request'>;

export interface ClientRun extends OpenRun {
  /** Processor time of the clients. */
  readonly cpuSeconds: number;
}

export interface Clients {
  send(load: ClientLoad): Promise<ClientRun>;
  close(): Promise<void>;
}

/** `nice`: how far they step back where a processor is wanted by others as well. */
export function startClients(url: string, facts: MixFacts, nice: number): Clients {
  const child = fork(import.meta.filename, [JSON.stringify({ url, facts })], { serialization: 'advanced' });
  const gone = once(child, 'exit');
  if (child.pid !== undefined && nice > 0) setPriority(child.pid, nice);
  return {
    send(load) {
      child.send(load);
      return new Promise((resolve, reject) => {
        child.once('message', (run) => resolve(run as ClientRun));
        gone.then(([code]) => reject(new Error(`the clients ended with ${code}`)), reject);
      });
    },
    async close() {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

function serve({ url, facts }: { readonly url: string; readonly facts: MixFacts }): void {
  const request = mixOf(facts);
  process.on('message', async (load: ClientLoad) => {
    const before = process.cpuUsage();
    const run = await sendOpenly({ ...load, url, request });
    const { user, system } = process.cpuUsage(before);
    process.send?.({ ...run, cpuSeconds: (user + system) / 1e6 });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) serve(JSON.parse(process.argv[2] ?? ''));
