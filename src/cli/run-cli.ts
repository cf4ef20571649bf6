/** The command line: parses it, runs one command, and answers the exit code. Commands load what they need when they run. */
import { Command } from 'commander';
import type { AddCommand, Done } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { tellFailure } from './output.ts';
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

/** In the order of the help. Loaded when they are needed: a server that starts needs no other command. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./start.ts')).addStart,
  init: async () => (await import('./init.ts')).addInit,
  serve: async () => (await import('./serve.ts')).addServe,
  import: async () => (await import('./import.ts')).addImport,
  export: async () => (await import('./export.ts')).addExport,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./restore.ts')).addRestore,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  key: async () => (await import('./key.ts')).addKey,
  table: async () => (await import('./table.ts')).addTable,
  field: async () => (await import('./table.ts')).addField,
  notification: async () => (await import('./notification.ts')).addNotification,
  user: async () => (await import('./user.ts')).addUser,
  plan: async () => (await import('./plan.ts')).addPlan,
  completion: async () => (await import('./completion.ts')).addCompletion,
};

/** The command that was named; all of them where the program is asked about itself. */
function commandsFor([name = '']: readonly string[]): Promise<readonly AddCommand[]> {
  const named = name === 'completion' ? undefined : Object.entries(commands).find(([one]) => one === name);
  return Promise.all(named === undefined ? Object.values(commands).map((load) => load()) : [named[1]()]);
}

/** What is required is asked for last: of a mistyped option its typo is told, not that the right one is missing. */
function askForOptionsLast(program: Command): void {
  const required = new Map(
    commandsOf(program).map((command) => [command, command.options.filter(({ mandatory }) => mandatory)] as const),
  );
  for (const options of required.values()) for (const option of options) option.mandatory = false;
  program.hook('preAction', (_, command) => {
    for (const option of required.get(command) ?? []) {
      if (command.getOptionValue(option.attributeName()) !== undefined) continue;
      command.error(`error: required option '${option.flags}' not specified`, { exitCode: exitCodes.usage });
    }
  });
}

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

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
  for (const add of await commandsFor(argv)) add(program, done);
  askForOptionsLast(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tellFailure(error, isJson);
  }
}
