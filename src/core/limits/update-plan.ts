import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { checkName } from '../names.ts';
import { checkLimits, type LimitsInput } from './check-limits.ts';
import { type PlanView, viewPlan } from './list-plans.ts';
import { planFeatures } from './plans.ts';

export interface PlanPatch {
  readonly name?: string;
  readonly api_access?: boolean;
  readonly personal_keys_per_user?: number;
  readonly file_bytes_max?: number;
  readonly limits?: LimitsInput;
}

const personalKeysMax = 1000;
/** Larger files than this want another way than one request. */
const fileBytesMax = 5 * 1024 * 1024 * 1024;

/**
 * Changes a plan, for every workspace that has it and from the next call on. Plans belong to the instance, not to a
 * workspace, so only the server's operator may (the command line); no key and no member reaches them.
 * @throws role_insufficient, plan_not_found, name_invalid, body_invalid
 */
export async function updatePlan(core: Core, actor: Actor, planId: string, patch: PlanPatch): Promise<PlanView> {
  if (actor.label !== 'system')
    throw new AppError('role_insufficient', 'Only the operator of the server changes plans.');
  const personal = checkWhole('personal_keys_per_user', patch.personal_keys_per_user, personalKeysMax);
  const fileBytes = checkWhole('file_bytes_max', patch.file_bytes_max, fileBytesMax);
  const updated = await core.store.write(async (tx) => {
    const row = await tx.find('plans', { id: planId });
    if (row === undefined) throw new AppError('plan_not_found');
    const now = planFeatures(row);
    const next = {
      name: patch.name === undefined ? row.name : checkName(patch.name),
      features: {
        ...row.features,
        api_access: patch.api_access ?? now.api_access,
        personal_keys_per_user: personal ?? now.personal_keys_per_user,
        file_bytes_max: fileBytes ?? now.file_bytes_max,
        limits: checkLimits({ ...now.limits }, patch.limits ?? {}),
      },
    };
    await tx.update('plans', { id: planId }, next);
    await appendAudit(tx, core, actor, { action: 'plan.update', target: planId, detail: next });
    return { ...row, ...next };
  });
  core.events.emit('keys.changed', { keyId: null });
  return viewPlan(updated);
}

function checkWhole(field: string, value: number | undefined, max: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return value;
  const message = `must be a whole number from 0 to ${max}`;
  throw new AppError('body_invalid', `${field}: ${message}`, { issues: [{ field, code: 'body_invalid', message }] });
}
