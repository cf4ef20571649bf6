/** `tessera key …`: makes, lists, shows, replaces, switches and deletes keys. */
import { type Command, Option } from 'commander';
import type { KeyKind } from '../core/keys/scopes.ts';
import { keyKinds } from '../core/keys/scopes.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { createLocalKeyAdmin, type KeyAdmin, type ShownKey, type ShownSecrets } from './key-admin.ts';
import { type KeyPlace, placeOf, scopesOf } from './key-place.ts';
import { alignColumns, say, sayJson } from './output.ts';
import { reach, urlOption } from './reach.ts';
import { collect, readDuration, readExpiry, readScope, readWhole, type TypedScope } from './read-options.ts';

interface CommonOptions {
  readonly json?: boolean;
  readonly url?: string;
}

interface CreateOptions extends CommonOptions, KeyPlace {
  readonly kind: KeyKind;
  readonly name: string;
  readonly scope?: readonly TypedScope[];
  readonly expires?: number;
  readonly allow?: readonly string[];
  readonly limit?: number;
}

const inUse = `
While a server has the database, go through it:
    TESSERA_URL=http://127.0.0.1:3737 TESSERA_API_KEY=tsr_… tessera key list`;

export function addKey(program: Command, done: Done): void {
  const key = program
    .command('key')
    .description('Make, list, show, replace, switch off and delete API keys.')
    .addHelpText('after', inUse);
  addCreate(key, done);
  addList(key, done);

  action(
    key,
    'reveal',
    'Show the secret of an app key, key pair or personal key again. Native keys are shown once only.',
  )
    .addHelpText('after', examples(['tessera key reveal 4fR…', 'After somebody lost it:']))
    .action(async (id: string, options: CommonOptions) => {
      const found = await withKeys(options, (admin) => admin.reveal(id));
      tell(options, found, () => secretLines(found));
      done(exitCodes.ok);
    });

  action(key, 'rotate', 'Give a key a new secret. The old one stops working at once, or after --overlap.')
    .option('--overlap <duration>', 'how long the old secret keeps working, up to 30d', readDuration, 0)
    .addHelpText('after', examples(['tessera key rotate 4fR… --overlap 24h', 'With a day to replace it everywhere:']))
    .action(async (id: string, options: CommonOptions & { readonly overlap: number }) => {
      const found = await withKeys(options, (admin) => admin.rotate(id, options.overlap));
      tell(options, found, () => `${line(found)}\n${secretLines(found)}`);
      done(exitCodes.ok);
    });

  for (const verb of ['disable', 'enable'] as const) {
    action(key, verb, verb === 'disable' ? 'Switch a key off; it stops working at once.' : 'Switch a key on again.')
      .addHelpText('after', examples([`tessera key ${verb} 4fR…`, verb === 'disable' ? 'Off at once:' : 'Back:']))
      .action(async (id: string, options: CommonOptions) => {
        const found = await withKeys(options, (admin) => admin[verb](id));
        tell(options, found, () => line(found));
        done(exitCodes.ok);
      });
  }

  action(key, 'delete', 'Delete a key for good; it stops working at once.')
    .addHelpText('after', examples(['tessera key delete 4fR…', 'When nobody needs it any more:']))
    .action(async (id: string, options: CommonOptions) => {
      await withKeys(options, (admin) => admin.remove(id));
      tell(options, { id, deleted: true }, () => `Deleted key ${id}.`);
      done(exitCodes.ok);
    });
}

/** A subcommand on one key. */
function action(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument('<id>', 'id of the key, from "tessera key list"')
    .option(...urlOption)
    .option(...jsonOption);
}

function addCreate(parent: Command, done: Done): void {
  parent
    .command('create')
    .description('Make a key and print its secret. Native keys may do what their scopes say and nothing else.')
    .requiredOption('--name <name>', 'what the key is for')
    .addOption(
      new Option('--kind <kind>', 'which API it opens: native our own, app Adalo, pair Formaloo, personal Retable')
        .choices(keyKinds)
        .default('native'),
    )
    .option('--app <app>', 'app that it opens, by id or name; may be left out where there is one only')
    .option('--workspace <workspace>', 'instead of an app: reaches all of its owner’s apps')
    .option(
      '--scope <table:verbs>',
      'what a native key may do, as in Orders:read,create or *:read; repeatable',
      readScope,
    )
    .option('--expires <when>', 'when it ends: 30d, 2027-01-31', readExpiry)
    .option('--allow <address>', 'address or CIDR block from which it may be used; repeatable', collect)
    .option('--limit <calls>', 'calls per second; 0: no limit', readWhole)
    .option(...urlOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ["tessera key create --name Reports --scope '*:read'", 'Reads everything in the app:'],
        [
          'tessera key create --name Shop --scope Orders:create --scope Products:read --expires 90d',
          'For a shop front:',
        ],
        ['tessera key create --kind app --app 4fR… --name Adalo', 'For the Adalo Collections API:'],
        ["tessera key create --name Owner --workspace Acme --scope '*:*'", 'Everything, everywhere:'],
      ),
    )
    .action(async (options: CreateOptions) => {
      const made = await withKeys(options, (admin) => create(admin, options));
      tell(options, made, () => `${line(made)}\n${secretLines(made)}`);
      done(exitCodes.ok);
    });
}

async function create(admin: KeyAdmin, options: CreateOptions): Promise<ShownKey & ShownSecrets> {
  const { appId, workspaceId } = await placeOf(admin, options, { isWorkspaceWide: options.kind === 'personal' });
  return admin.create({
    kind: options.kind,
    name: options.name,
    appId,
    workspaceId,
    scopes: await scopesOf(admin, appId, options.scope ?? []),
    expiresAt: options.expires ?? null,
    allowList: options.allow ?? [],
    limit: options.limit ?? null,
  });
}

function addList(parent: Command, done: Done): void {
  parent
    .command('list')
    .description('List the keys of a workspace, or of one app, without their secrets.')
    .option('--app <app>', 'app by id or name')
    .option('--workspace <workspace>', 'workspace by id or name; may be left out where there is one only')
    .option(...urlOption)
    .option(...jsonOption)
    .addHelpText('after', examples(['tessera key list --app Shop', 'Of one app:']))
    .action(async (options: CommonOptions & KeyPlace) => {
      const keys = await withKeys(options, async (admin) => {
        const { appId, workspaceId } = await placeOf(admin, options, { isWorkspaceWide: options.app === undefined });
        return admin.list(appId === null ? { workspaceId } : { appId });
      });
      tell(options, { keys }, () => (keys.length === 0 ? 'There are no keys.' : tableOf(keys)));
      done(exitCodes.ok);
    });
}

function withKeys<T>(options: CommonOptions, work: (admin: KeyAdmin) => Promise<T>): Promise<T> {
  return reach(options.url, {
    local: async ({ core }) => work(await createLocalKeyAdmin(core)),
    remote: async (remote) => work((await import('./key-admin-remote.ts')).createRemoteKeyAdmin(remote)),
  });
}

function tell(options: CommonOptions, json: unknown, text: () => string): void {
  if (options.json === true) sayJson(json);
  else say(text());
}

function tableOf(keys: readonly ShownKey[]): string {
  const header = ['ID', 'KIND', 'NAME', 'STATE', 'ENDS WITH', 'LAST USED', 'CALLS'];
  const rows = keys.map((key) => [
    key.id,
    key.kind,
    key.name,
    stateOf(key),
    key.parts[0]?.hint ?? '',
    key.last_used_at ?? 'never',
    String(key.use_count),
  ]);
  const advice = keys.flatMap((key) => (key.advice ?? []).map(({ message }) => `${key.name}: ${message}`));
  return [alignColumns([header, ...rows]), ...advice].join('\n');
}

function stateOf({ is_enabled: isEnabled, expires_at: expiresAt }: ShownKey): string {
  if (!isEnabled) return 'off';
  return expiresAt === null ? 'on' : `until ${expiresAt.slice(0, 10)}`;
}

function line(key: ShownKey): string {
  const scopes = key.scopes.map(({ table, verbs }) => `${table}:${verbs.join(',')}`).join(' ');
  return alignColumns([
    ['id', key.id],
    ['kind', key.kind],
    ['name', key.name],
    ['state', stateOf(key)],
    ...(scopes === '' ? [] : [['scopes', scopes]]),
  ]);
}

function secretLines({ secret, secrets }: ShownSecrets): string {
  if (secrets === undefined) return alignColumns([['secret', secret ?? '']]);
  return alignColumns([
    ['API key', secrets.api_key],
    ['secret key', secrets.secret_key],
    ['write-only key', secrets.write_only_key],
  ]);
}
