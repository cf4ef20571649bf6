/** `tessera serve`: serves the instance that is there until it is told to stop. */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { requireDatabase } from './open-database.ts';
import { say, sayJson } from './output.ts';
import { addressOf, type RunningServer, runServer } from './run-server.ts';

interface ServeOptions {
  readonly json?: boolean;
}

export function addServe(program: Command, done: Done): void {
  program
    .command('serve')
    .description('Serve the instance that is there. Stops on SIGINT or SIGTERM, when running requests are done.')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['tessera serve', 'On http://127.0.0.1:3737:'],
        ['HOST=0.0.0.0 PORT=8080 TESSERA_PUBLIC_URL=https://data.example.com tessera serve', 'Behind a proxy:'],
      ),
    )
    .action(async (options: ServeOptions) => done(await serve(options)));
}

async function serve(options: ServeOptions): Promise<number> {
  const config = readConfig();
  requireDatabase(config);
  return runServer(config, async (running) => sayWhere(running, options.json === true));
}

/** All that a start says when there is nothing new to say. */
export function sayWhere(running: RunningServer, asJson: boolean): void {
  const url = addressOf(running);
  if (asJson) sayJson({ url, pid: process.pid });
  else say(`Tessera is running at ${url}`);
}
