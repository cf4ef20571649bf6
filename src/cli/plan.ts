/** `tessera plan`: what plans allow, and which one a workspace has. They are the operator's: beside the database only. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Instance } from '../app.ts';
import { readConfig } from '../config.ts';
import { systemActor } from '../core/context.ts';
import type { PlanView } from '../core/limits/list-plans.ts';
import { type Done, examples, jsonOption } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { placeOf } from './key-place.ts';
import { withDatabase } from './open-database.ts';
import { alignColumns, say, sayJson } from './output.ts';
import { localPlaces } from './places.ts';
import { readWhole } from './read-options.ts';

interface PlanOptions {
  readonly json?: boolean;
}

interface SetOptions extends PlanOptions {
  readonly name?: string;
  readonly apiAccess?: boolean;
  readonly personalKeys?: number;
  readonly fileBytes?: number;
  readonly limit?: ReadonlyMap<string, number>;
}

export function addPlan(program: Command, done: Done): void {
  const plan = program.command('plan').description('Show and change plans, and give a workspace another one.');
  plan
    .command('list')
    .description('List the plans.')
    .option(...jsonOption)
    .addHelpText('after', examples(['tessera plan list', 'What each allows:']))
    .action(async (options: PlanOptions) => {
      const { listPlans } = await import('../core/limits/list-plans.ts');
      tell(options, await withDatabase(readConfig(), ({ core }) => listPlans(core), null));
      done(exitCodes.ok);
    });
  plan
    .command('set')
    .description('Change what a plan allows, for every workspace that has it.')
    .argument('<plan>', 'id, as in business')
    .option('--name <name>')
    .option('--api-access', 'its workspaces may use the API')
    .option('--no-api-access', 'they may not')
    .option('--personal-keys <number>', 'personal keys of one user in one workspace', readWhole)
    .option('--file-bytes <number>', 'bytes of one uploaded file', readWhole)
    .option('--limit <kind=calls>', 'calls per second of a kind of key, 0: no limit; repeatable', readLimit)
    .option(...jsonOption)
    .addHelpText('after', examples(['tessera plan set business --limit native=500 --limit app=0', 'Higher limits:']))
    .action(async (id: string, options: SetOptions) => {
      const { updatePlan } = await import('../core/limits/update-plan.ts');
      const { name, apiAccess, personalKeys, fileBytes, limit } = options;
      const patch = {
        ...(name === undefined ? {} : { name }),
        ...(apiAccess === undefined ? {} : { api_access: apiAccess }),
        ...(personalKeys === undefined ? {} : { personal_keys_per_user: personalKeys }),
        ...(fileBytes === undefined ? {} : { file_bytes_max: fileBytes }),
        ...(limit === undefined ? {} : { limits: Object.fromEntries(limit) }),
      };
      tell(options, [await withDatabase(readConfig(), ({ core }) => updatePlan(core, systemActor, id, patch), null)]);
      done(exitCodes.ok);
    });
  plan
    .command('assign')
    .description('Give a workspace a plan.')
    .argument('<plan>', 'id, as in business')
    .option('--workspace <workspace>', 'by id or name; may be left out where there is one only')
    .option(...jsonOption)
    .addHelpText('after', examples(['tessera plan assign business --workspace Acme', 'From now on:']))
    .action(async (planId: string, options: PlanOptions & { readonly workspace?: string }) => {
      const { updateWorkspace } = await import('../core/workspaces/update-workspace.ts');
      const assign = async ({ core }: Instance) => {
        const place = options.workspace === undefined ? {} : { workspace: options.workspace };
        const { workspaceId } = await placeOf(await localPlaces(core), place, { isWorkspaceWide: true });
        return updateWorkspace(core, systemActor, workspaceId, { plan_id: planId });
      };
      const { id, name } = await withDatabase(readConfig(), assign, null);
      if (options.json === true) sayJson({ workspace: { id, name }, plan: planId });
      else say(`${name} has the plan ${planId}.`);
      done(exitCodes.ok);
    });
}

function tell({ json }: PlanOptions, plans: readonly PlanView[]): void {
  if (json === true) return sayJson({ plans });
  const lines = plans.map(({ id, name, features }) => [
    id,
    name,
    features.api_access ? 'yes' : 'no',
    String(features.personal_keys_per_user),
    fileSize(features.file_bytes_max),
    Object.entries(features.limits)
      .map(([kind, calls]) => `${kind} ${calls === 0 ? 'any' : calls}`)
      .join(', '),
  ]);
  say(alignColumns([['ID', 'NAME', 'API', 'PERSONAL KEYS', 'FILE', 'CALLS A SECOND'], ...lines]));
}

/** Exact: what is no whole number of MiB is told in bytes. */
function fileSize(bytes: number): string {
  return bytes % mebibyte === 0 ? `${bytes / mebibyte} MiB` : `${bytes} bytes`;
}

const mebibyte = 1024 * 1024;

const kinds = ['app', 'pair', 'personal', 'native'];

function readLimit(text: string, before: ReadonlyMap<string, number> = new Map()): ReadonlyMap<string, number> {
  const [, kind = '', calls] = /^(\w+)=(\d{1,7})$/.exec(text) ?? [];
  if (!kinds.includes(kind)) throw new InvalidArgumentError(`It must be KIND=CALLS. Kinds are ${kinds.join(', ')}.`);
  return new Map([...before, [kind, Number(calls)]]);
}
