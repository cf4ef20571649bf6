/** What commands about things of one app share: naming the app, doing the work here or through a server, and telling it. */
import type { Command } from 'commander';
import type { Remote } from '../config.ts';
import type { Core } from '../core/context.ts';
import { type Done, jsonOption } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { say, sayJson } from './output.ts';
import { appOf, type Places } from './places.ts';
import { reach, urlOption } from './reach.ts';

export interface PlaceOptions {
  readonly app?: string;
  readonly workspace?: string;
  readonly json?: boolean;
  readonly url?: string;
}

export function withPlace(command: Command): Command {
  return command
    .option('--app <app>', 'app by id or name; may be left out where there is one only')
    .option('--workspace <workspace>', 'workspace of the app, by id or name')
    .option(...urlOption)
    .option(...jsonOption);
}

/** Who does the work: the core here, or a server that is running. */
export interface Admins<A extends Places> {
  local(core: Core): Promise<A>;
  remote(remote: Remote): A;
}

/** What a command answers, for machines and for people. */
export interface Told {
  readonly json: unknown;
  text(): string;
}

export async function runInApp<A extends Places>(
  { local, remote }: Admins<A>,
  options: PlaceOptions,
  done: Done,
  work: (admin: A, appId: string) => Promise<Told>,
): Promise<void> {
  const withAdmin = async (admin: A) => work(admin, await appOf(admin, options));
  const { json, text } = await reach(options.url, {
    local: async ({ core }) => withAdmin(await local(core)),
    remote: async (server) => withAdmin(remote(server)),
  });
  if (options.json === true) sayJson(json);
  else say(text());
  done(exitCodes.ok);
}
