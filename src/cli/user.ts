/** `tessera user`: who belongs to a workspace, in which role, and whose account is switched off. */
import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { Instance } from '../app.ts';
import { type Remote, readConfig } from '../config.ts';
import { toIso } from '../core/clock.ts';
import { systemActor } from '../core/context.ts';
import { type Role, roles } from '../core/workspaces/roles.ts';
import { createApiClient } from './api-client.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { placeOf } from './key-place.ts';
import { withDatabase } from './open-database.ts';
import { alignColumns, say, sayJson } from './output.ts';
import { localPlaces, type Places, remotePlaces } from './places.ts';
import { reach, urlOption } from './reach.ts';

interface UserOptions {
  readonly workspace?: string;
  readonly json?: boolean;
  readonly url?: string;
}

interface ShownMember {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly since: string;
  /** Of an account that is switched off; told beside the database only. */
  readonly disabled?: boolean;
}

/** The members of one workspace. */
interface MemberAdmin {
  list(): Promise<readonly ShownMember[]>;
  add(input: { readonly email: string; readonly role: Role; readonly name?: string }): Promise<ShownMember>;
  setRole(userId: string, role: Role): Promise<ShownMember>;
  remove(userId: string): Promise<void>;
}

export function addUser(program: Command, done: Done): void {
  const user = program.command('user').description('List, add, change and remove the members of a workspace.');
  inWorkspace(user.command('list').description('List the members.'))
    .addHelpText('after', examples(['tessera user list --workspace Acme', 'Of one workspace:']))
    .action((options: UserOptions) => run(options, done, async (admin) => tellMembers(await admin.list())));
  inWorkspace(
    user.command('add').description('Add a person by e-mail address.').argument('<email>').addArgument(roleArgument()),
  )
    .option('--name <name>', 'for somebody who has no account yet')
    .addHelpText('after', examples(['tessera user add ada@example.com editor --name Ada', 'Somebody who may write:']))
    .action((email: string, role: Role, options: UserOptions & { readonly name?: string }) =>
      run(options, done, async (admin) => {
        const { name } = options;
        return tellMembers([await admin.add({ email, role, ...(name === undefined ? {} : { name }) })]);
      }),
    );
  inWorkspace(
    user.command('role').description('Give a member another role.').argument('<email>').addArgument(roleArgument()),
  )
    .addHelpText('after', examples(['tessera user role ada@example.com viewer', 'Somebody who may only read:']))
    .action((email: string, role: Role, options: UserOptions) =>
      run(options, done, async (admin) => tellMembers([await admin.setRole((await memberOf(admin, email)).id, role)])),
    );
  inWorkspace(
    user.command('remove').description('Remove a member; keys of theirs stop working here.').argument('<email>'),
  )
    .addHelpText('after', examples(['tessera user remove ada@example.com', 'The account stays, in other workspaces:']))
    .action((email: string, options: UserOptions) =>
      run(options, done, async (admin) => {
        const { id } = await memberOf(admin, email);
        await admin.remove(id);
        return { json: { id, removed: true }, text: `Removed ${email}.` };
      }),
    );
  for (const [verb, isDisabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    user
      .command(verb)
      .description(
        isDisabled
          ? 'Switch an account off, with every key of it. Beside the database only.'
          : 'Switch an account on again.',
      )
      .argument('<email>')
      .option(...jsonOption)
      .addHelpText('after', examples([`tessera user ${verb} ada@example.com`, isDisabled ? 'Off at once:' : 'Back:']))
      .action(async (email: string, options: UserOptions) => {
        const id = await withDatabase(readConfig(), (instance) => switchAccount(instance, email, isDisabled), null);
        tell(options, {
          json: { id, disabled: isDisabled },
          text: `${email} is switched ${isDisabled ? 'off' : 'on'}.`,
        });
        done(exitCodes.ok);
      });
  }
}

async function switchAccount({ core }: Instance, email: string, isDisabled: boolean): Promise<string> {
  const { setUserDisabled } = await import('../core/users/disable-user.ts');
  const found = await core.store.find('users', { email: email.trim().toLowerCase() });
  if (found === undefined) throw new CliError(exitCodes.notFound, `there is no account ${email}`);
  await setUserDisabled(core, systemActor, found.id, isDisabled);
  return found.id;
}

function inWorkspace(command: Command): Command {
  return command
    .option('--workspace <workspace>', 'workspace by id or name; may be left out where there is one only')
    .option(...urlOption)
    .option(...jsonOption);
}

interface Told {
  readonly json: unknown;
  readonly text: string;
}

async function run(options: UserOptions, done: Done, work: (admin: MemberAdmin) => Promise<Told>): Promise<void> {
  const told = await reach(options.url, {
    local: async (instance) => {
      const workspaceId = await workspaceOf(await localPlaces(instance.core), options);
      return work(await localMembers(instance, workspaceId));
    },
    remote: async (remote) => work(remoteMembers(remote, await workspaceOf(remotePlaces(remote), options))),
  });
  tell(options, told);
  done(exitCodes.ok);
}

function tell({ json: asJson }: UserOptions, { json, text }: Told): void {
  if (asJson === true) sayJson(json);
  else say(text);
}

async function workspaceOf(places: Places, { workspace }: UserOptions): Promise<string> {
  const place = workspace === undefined ? {} : { workspace };
  return (await placeOf(places, place, { isWorkspaceWide: true })).workspaceId;
}

async function localMembers({ core }: Instance, workspaceId: string): Promise<MemberAdmin> {
  const members = await import('../core/workspaces/members.ts');
  const shown = ({ user, role, since }: Awaited<ReturnType<typeof members.addMember>>): ShownMember => {
    return {
      id: user.id,
      email: user.email,
      name: user.name,
      role,
      since: toIso(since),
      disabled: user.is_disabled === 1,
    };
  };
  return {
    list: async () => (await members.listMembers(core, systemActor, workspaceId)).map(shown),
    add: async (input) => shown(await members.addMember(core, systemActor, workspaceId, input)),
    setRole: async (id, role) => shown(await members.updateMember(core, systemActor, workspaceId, id, role)),
    remove: (id) => members.removeMember(core, systemActor, workspaceId, id),
  };
}

function remoteMembers(remote: Remote, workspaceId: string): MemberAdmin {
  const api = createApiClient(remote);
  const path = (id = '') => `/api/v1/workspaces/${encodeURIComponent(workspaceId)}/members${id}`;
  return {
    list: () => api.list<ShownMember>(path()),
    add: (input) => api.call<ShownMember>('POST', path(), input),
    setRole: (id, role) => api.call<ShownMember>('PATCH', path(`/${encodeURIComponent(id)}`), { role }),
    remove: (id) => api.call<void>('DELETE', path(`/${encodeURIComponent(id)}`)),
  };
}

async function memberOf(admin: MemberAdmin, email: string): Promise<ShownMember> {
  const wanted = email.trim().toLowerCase();
  const found = (await admin.list()).find((one) => one.email === wanted || one.id === email);
  if (found === undefined) throw new CliError(exitCodes.notFound, `there is no member ${email}`);
  return found;
}

function tellMembers(members: readonly ShownMember[]): Told {
  const lines = members.map(({ id, email, name, role, since, disabled }) => {
    return [id, email, name, role, since.slice(0, 10), disabled === true ? 'switched off' : ''];
  });
  return { json: { members }, text: alignColumns([['ID', 'EMAIL', 'NAME', 'ROLE', 'SINCE', ''], ...lines]) };
}

function roleArgument(): Argument {
  return new Argument('<role>').choices(roles).argParser(readRole);
}

function readRole(text: string): Role {
  const role = roles.find((one) => one === text);
  if (role === undefined) throw new InvalidArgumentError(`Roles are ${roles.join(', ')}.`);
  return role;
}
