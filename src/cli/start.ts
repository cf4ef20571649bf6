/** `tessera start`, which is `npm start`: makes a demo instance when there is none, then serves. */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { systemActor } from '../core/context.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { fillInstance, initDefaults, jsonOf } from './init.ts';
import { say, sayJson } from './output.ts';
import { addressOf, type RunningServer, runServer } from './run-server.ts';
import { sayWhere } from './serve.ts';

interface StartOptions {
  readonly json?: boolean;
}

export function addStart(program: Command, done: Done): void {
  program
    .command('start')
    .description(
      'Serve; on the first start, make an instance with a demo app and print its keys and some calls to try.',
    )
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(['tessera start', 'What "npm start" runs:'], ['PORT=8080 tessera start', 'On another port:']),
    )
    .action(async (options: StartOptions) => done(await start(options)));
}

async function start(options: StartOptions): Promise<number> {
  const asJson = options.json === true;
  return runServer(readConfig(), async (running) => {
    const { isSetUp } = await import('../core/setup/set-up-instance.ts');
    if (await isSetUp(running.core)) return sayWhere(running, asJson);
    // Listening comes first, so that keys are never made by a start that then fails on its port.
    const made = await fillInstance(running, { demo: true, ...initDefaults });
    if (asJson) return sayJson({ ...jsonOf(made, addressOf(running)), pid: process.pid });
    const { welcome } = await import('./welcome.ts');
    say(welcome(made, await makeReadOnlyKey(running, made.app.id), addressOf(running), running.config));
  });
}

/** A key that shows what a scope is: it reads the demo app and nothing else. */
async function makeReadOnlyKey({ core }: RunningServer, appId: string): Promise<string> {
  const { createKey } = await import('../core/keys/create-key.ts');
  const { secrets } = await createKey(core, systemActor, {
    kind: 'native',
    name: 'Read only',
    app_id: appId,
    scopes: [{ table: '*', verbs: ['read'] }],
  });
  return secrets.key ?? '';
}
