/** Everybody who may knock: with a credential that opens nothing, from elsewhere, or from inside with too little. */
import type { OutgoingHttpHeaders } from 'node:http';
import { type Core, systemActor } from '../../src/core/context.ts';
import type { CreatedKey, KeyInput } from '../../src/core/keys/create-key.ts';
import { rotateKey } from '../../src/core/keys/rotate-key.ts';
import { setUserDisabled } from '../../src/core/users/disable-user.ts';
import { removeMember } from '../../src/core/workspaces/members.ts';
import { type Verb, verbs } from '../../src/core/workspaces/roles.ts';
import { type Defect, type Door, type DoorName, defects, doorNames, doors } from './doors.ts';
import { makeKey, makeWorld, type World } from './world.ts';

interface CallerBase {
  readonly name: string;
  readonly door: DoorName;
  readonly headers: OutgoingHttpHeaders;
  /** What the caller tries to reach. */
  readonly target: World;
}

export type Caller = CallerBase &
  (
    | { readonly sort: 'nobody'; readonly defect: Defect }
    /** Has a world of its own; of the target's it knows nothing. `isNeighbour`: another app of the same workspace. */
    | { readonly sort: 'stranger'; readonly home: World; readonly isNeighbour: boolean }
    /** Belongs to the target's workspace and may do so much there. */
    | { readonly sort: 'insider'; readonly may: ReadonlySet<Verb>; readonly reach: 'all' | 'app' | 'other table' }
    | { readonly sort: 'owner' }
  );

export async function makeCallers(core: Core): Promise<Caller[]> {
  const callers: Caller[] = [];
  const shared = await makeWorld(core);
  const home = await makeWorld(core);
  for (const name of doorNames) {
    const door = doors[name];
    for (const defect of defects) {
      // A person's key is of no app; what a closed app hides from it is the insiders' part.
      if (defect === 'of a closed app' && door.kind === 'personal') continue;
      // The switch closes an app for clients; its native keys may still manage it, so that it can be opened again.
      if (defect === 'of a closed app' && door.kind === 'native') continue;
      const { target, headers } = await defective(core, door, defect);
      callers.push({ name: `${defect} credential`, door: name, headers, target, sort: 'nobody', defect });
    }
    callers.push(...(await strangers(core, name, shared, home)), ...(await insiders(core, name)));
  }
  return callers;
}

/** The owner of a world of its own, whose calls succeed. */
export async function makeOwner(core: Core, name: DoorName): Promise<Caller> {
  const target = await makeWorld(core);
  const { secrets } = await makeKey(core, target, { kind: doors[name].kind });
  return { name: 'owner', door: name, headers: await doors[name].headers(core, secrets), target, sort: 'owner' };
}

async function defective(
  core: Core,
  door: Door,
  defect: Defect,
): Promise<{ target: World; headers: OutgoingHttpHeaders }> {
  const target = await makeWorld(core);
  if (defect === 'none') return { target, headers: {} };
  if (defect === 'malformed') return { target, headers: door.malformed() };
  if (defect === 'wrong') return { target, headers: await door.wrong(core) };
  const boundToApp: Partial<KeyInput> = door.kind === 'native' ? { app_id: target.app } : {};
  const ofMember = defect === 'of a removed member' || defect === 'of a disabled user';
  const created = await makeKey(core, target, {
    kind: door.kind,
    ...boundToApp,
    ...(ofMember ? { user_id: target.member } : {}),
    ...(defect === 'from another address' ? { allow_list: ['203.0.113.7'] } : {}),
  });
  if (defect === 'of another kind') return { target, headers: await otherKind(core, door, target) };
  const headers = await headersBefore(core, door, created, defect);
  await spoil(core, created, target, defect);
  return { target, headers };
}

/** Tokens are issued while the key is good: what they open must end with it. */
async function headersBefore(
  core: Core,
  door: Door,
  created: CreatedKey,
  defect: Defect,
): Promise<OutgoingHttpHeaders> {
  if (defect !== 'from another address' || door.kind !== 'pair') return door.headers(core, created.secrets);
  await core.store.write((tx) => tx.update('keys', { id: created.key.id }, { allow_list: [] }));
  core.events.emit('keys.changed', { keyId: created.key.id });
  const headers = await door.headers(core, created.secrets);
  await core.store.write((tx) => tx.update('keys', { id: created.key.id }, { allow_list: ['203.0.113.7'] }));
  core.events.emit('keys.changed', { keyId: created.key.id });
  return headers;
}

/** A key that is good at another door, shown at this one in its way. */
async function otherKind(core: Core, door: Door, target: World): Promise<OutgoingHttpHeaders> {
  const kind = door.kind === 'native' ? 'personal' : 'native';
  const { secrets } = await makeKey(core, target, { kind });
  const secret = secrets.key ?? '';
  if (door.kind === 'pair') return { 'x-api-key': secret, authorization: `JWT ${secret}` };
  return door.kind === 'personal' ? { apikey: secret } : { authorization: `Bearer ${secret}` };
}

async function spoil(core: Core, { key }: CreatedKey, target: World, defect: Defect): Promise<void> {
  if (defect === 'of a removed member') return removeMember(core, systemActor, target.workspace, target.member);
  if (defect === 'of a disabled user') return setUserDisabled(core, systemActor, target.member, true);
  if (defect === 'replaced') {
    await rotateKey(core, systemActor, key.id);
    return;
  }
  await core.store.write(async (tx) => {
    if (defect === 'disabled') await tx.update('keys', { id: key.id }, { is_enabled: 0 });
    if (defect === 'expired') await tx.update('keys', { id: key.id }, { expires_at: core.clock.now() - 1000 });
    if (defect === 'of a closed app') await tx.update('apps', { id: target.app }, { is_api_enabled: 0 });
  });
  core.events.emit('catalog.changed', { workspaceId: null, tableId: null });
  core.events.emit('keys.changed', { keyId: null });
}

async function strangers(core: Core, name: DoorName, target: World, home: World): Promise<Caller[]> {
  const door = doors[name];
  const own = await makeKey(core, home, { kind: door.kind, name: `Stranger at ${name}` });
  const elsewhere: Caller = {
    name: 'key of another workspace',
    door: name,
    headers: await door.headers(core, own.secrets),
    target,
    sort: 'stranger',
    home,
    isNeighbour: false,
  };
  // A person's key reaches every app of its person.
  if (door.kind === 'personal') return [elsewhere];
  const input: Partial<KeyInput> & Pick<KeyInput, 'kind'> = { kind: door.kind, app_id: target.otherApp };
  const neighbour = await makeKey(core, target, input);
  return [
    elsewhere,
    {
      name: 'key of another app',
      door: name,
      headers: await door.headers(core, neighbour.secrets),
      target,
      sort: 'stranger',
      home: { ...target, app: target.otherApp },
      isNeighbour: true,
    },
  ];
}

async function insiders(core: Core, name: DoorName): Promise<Caller[]> {
  const door = doors[name];
  const target = await makeWorld(core);
  const insider = async (
    who: string,
    input: Partial<KeyInput>,
    may: readonly Verb[],
    reach: 'all' | 'app' | 'other table' = 'all',
  ): Promise<Caller> => {
    const { secrets } = await makeKey(core, target, { kind: door.kind, name: who, ...input });
    const headers = await door.headers(core, secrets);
    return { name: who, door: name, headers, target, sort: 'insider', may: new Set(may), reach };
  };
  const list = [await insider("viewer's key", { user_id: target.viewerId }, ['read'])];
  if (name === 'formaloo') {
    const { secrets } = await makeKey(core, target, { kind: 'pair', name: 'Write only' });
    list.push({
      name: 'write-only key',
      door: name,
      headers: { 'x-api-key': secrets.write_only ?? '' },
      target,
      sort: 'insider',
      may: new Set(['create']),
      reach: 'all',
    });
  }
  if (name === 'native') {
    for (const verb of verbs) {
      const rest = verbs.filter((one) => one !== verb);
      list.push(await insider(`key without "${verb}"`, { scopes: [{ table: '*', verbs: rest }] }, rest));
      list.push(
        await insider(
          `app key without "${verb}"`,
          { app_id: target.app, scopes: [{ table: '*', verbs: rest }] },
          rest,
          'app',
        ),
      );
    }
    const scopes = [{ app: target.app, table: target.otherTable, verbs: ['*' as const] }];
    list.push(await insider('key for another table', { app_id: target.app, scopes }, [], 'other table'));
  }
  return list;
}
