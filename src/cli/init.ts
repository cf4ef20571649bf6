/** `tessera init`: makes the database with its owner, workspace, app and keys, and prints the keys this one time. */
import type { Command } from 'commander';
import type { Instance } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { type Core, systemActor } from '../core/context.ts';
import type { Setup, SetupInput } from '../core/setup/set-up-instance.ts';
import type { TableSchema } from '../core/tables/table-schema.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { explainOpening } from './open-database.ts';
import { alignColumns, say, sayJson } from './output.ts';

export interface InitOptions {
  readonly demo?: boolean;
  readonly json?: boolean;
  readonly email: string;
  readonly name: string;
  readonly workspace?: string;
  readonly app?: string;
}

export interface NewInstance extends Setup {
  readonly tables: readonly TableSchema[];
}

export const initDefaults = { email: 'owner@localhost.test', name: 'Owner' } as const;

export function addInit(program: Command, done: Done): void {
  program
    .command('init')
    .description('Make a new instance: database, owner, workspace, app and keys. The keys are printed once.')
    .option('--demo', 'fill the app with two related tables of sample records')
    .option('--email <address>', 'e-mail address of the owner', initDefaults.email)
    .option('--name <name>', 'name of the owner', initDefaults.name)
    .option('--workspace <name>', 'name of the workspace')
    .option('--app <name>', 'name of the app')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['tessera init --demo', 'A demo to play with:'],
        ['tessera init --email ada@example.com --workspace Acme --app CRM', 'Your own, empty:'],
        ['tessera init --json > keys.json', 'For a script; keep the file secret:'],
        ['DATABASE_URL=sqlite:/srv/tessera/data.db tessera init', 'Somewhere else:'],
      ),
    )
    .action(async (options: InitOptions) => done(await init(options)));
}

async function init(options: InitOptions): Promise<number> {
  const config = readConfig();
  // Before there are files of an instance that then is none.
  (await import('../core/setup/set-up-instance.ts')).checkSetup(setupOf(options));
  const { openInstance } = await import('../app.ts');
  const instance = await openInstance(config).catch((error: unknown) => explainOpening(error));
  try {
    const made = await fillInstance(instance, options);
    if (options.json === true) sayJson(jsonOf(made, config.publicUrl));
    else say(reportOf(made, config));
    return exitCodes.ok;
  } finally {
    await instance.close();
  }
}

/** Sets a fresh database up. @throws CliError when somebody has done so before */
export async function fillInstance(
  { core, config }: Pick<Instance, 'core' | 'config'>,
  options: InitOptions,
): Promise<NewInstance> {
  const { isSetUp, setUpInstance } = await import('../core/setup/set-up-instance.ts');
  if (await isSetUp(core)) {
    const where = config.databaseFile ?? 'the database';
    throw new CliError(
      exitCodes.refused,
      `${where} holds an instance already. Start it with "tessera serve", or point DATABASE_URL somewhere else.`,
    );
  }
  const setup = await setUpInstance(core, setupOf(options));
  return { ...setup, tables: options.demo === true ? await makeDemo(core, setup.app.id) : [] };
}

function setupOf({ email, name, workspace, app, demo }: InitOptions): SetupInput {
  return {
    ownerEmail: email,
    ownerName: name,
    workspaceName: workspace ?? (demo === true ? 'Demo workspace' : 'My workspace'),
    appName: app ?? (demo === true ? 'Demo shop' : 'My app'),
  };
}

async function makeDemo(core: Core, appId: string): Promise<readonly TableSchema[]> {
  const { createDemo } = await import('./demo/create-demo.ts');
  return createDemo(core, systemActor, appId);
}

/** The shape that scripts rely on. */
export function jsonOf({ owner, workspace, app, tables, keys }: NewInstance, url: string) {
  return {
    url,
    workspace: { id: workspace.id, name: workspace.name },
    owner: { id: owner.id, email: owner.email },
    app: { id: app.id, name: app.name },
    tables: tables.map(({ id, name }) => ({ id, name })),
    keys: keysByApi(keys),
  };
}

function keysByApi({ native, app, pair, personal }: Setup['keys']) {
  return {
    native,
    adalo: app,
    formaloo: { apiKey: pair.key, secretKey: pair.secret, writeOnlyKey: pair.writeOnly },
    retable: personal,
  };
}

/** Names, ids and keys, for people. */
export function inventoryOf({ owner, workspace, app, tables, keys }: NewInstance): string {
  const { native, adalo, formaloo, retable } = keysByApi(keys);
  return alignColumns([
    ['  workspace', `${workspace.id}  ${workspace.name}`],
    ['  owner', `${owner.id}  ${owner.email}`],
    ['  app', `${app.id}  ${app.name}`],
    ...tables.map((table) => ['  table', `${table.id}  ${table.name}`]),
    ['  native key', native],
    ['  Adalo key', adalo],
    ['  Formaloo API key', formaloo.apiKey],
    ['  Formaloo secret key', formaloo.secretKey],
    ['  Formaloo write-only key', formaloo.writeOnlyKey],
    ['  Retable key', retable],
  ]);
}

function reportOf(made: NewInstance, config: Config): string {
  return [
    `Made ${config.databaseFile ?? 'the database'}.`,
    '',
    inventoryOf(made),
    '',
    'The keys are shown this once; the native key cannot be shown again. Next: tessera serve',
  ].join('\n');
}
