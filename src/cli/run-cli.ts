/** The command line: parses it, runs one command, and answers the exit code. Commands load what they need when they run. */
import { Command } from 'commander';
import { addBackup } from './backup.ts';
import type { AddCommand, Done } from './command.ts';
import { addCompletion } from './completion.ts';
import { addDoctor } from './doctor.ts';
import { exitCodes } from './exit-codes.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addInit } from './init.ts';
import { addKey } from './key.ts';
import { addNotification } from './notification.ts';
import { tellFailure } from './output.ts';
import { addPlan } from './plan.ts';
import { addRestore } from './restore.ts';
import { addServe } from './serve.ts';
import { addStart } from './start.ts';
import { addField, addTable } from './table.ts';
import { addUser } from './user.ts';
import { readVersion } from './version.ts';

const epilogue = `
First steps:
  npm start                      make a demo instance when there is none, and serve it
  tessera init                   an empty instance; prints its keys once
  tessera serve                  serve the instance that is there
  tessera import cities.csv --app ID --table Cities

Settings come from the environment: DATABASE_URL (sqlite:./data/tessera.db), HOST, PORT (3737), TESSERA_LOG_LEVEL, …
In a clone, "tessera" is "npm run -s tessera --".
Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 not found, 4 refused, 5 database in use.`;

/** In the order of the help. */
const commands: readonly AddCommand[] = [
  addStart,
  addInit,
  addServe,
  addImport,
  addExport,
  addBackup,
  addRestore,
  addDoctor,
  addKey,
  addTable,
  addField,
  addNotification,
  addUser,
  addPlan,
  addCompletion,
];

export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const done: Done = (code) => {
    exitCode = code;
  };
  const isJson = argv.includes('--json');
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(exitCode);
    throw error;
  });
  const program = new Command('tessera')
    .description('The data and API-access layer of a no-code platform, on your own machine.')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .version(readVersion(), '-V, --version', 'show the version')
    .addHelpText('after', epilogue)
    .showHelpAfterError(isJson ? false : '(add --help to see what is possible)')
    .configureOutput({
      outputError: (text, write) => {
        // As JSON, the complaint is told by tellFailure.
        if (!isJson) write(text.replace(/^error: /, 'tessera: '));
      },
    })
    .exitOverride();
  for (const add of commands) add(program, done);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tellFailure(error, isJson);
  }
}
