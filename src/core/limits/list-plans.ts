import type { Core } from '../context.ts';
import type { PlanRow } from '../system-rows.ts';
import { type PlanFeatures, planFeatures } from './plans.ts';

export interface PlanView extends Pick<PlanRow, 'id' | 'name' | 'position'> {
  readonly features: PlanFeatures;
}

/** All plans in their order. They are no secret: anybody who is signed in may compare them. */
export async function listPlans(core: Core): Promise<PlanView[]> {
  const rows = await core.store.list(
    'plans',
    {},
    {
      orderBy: [
        ['position', 'asc'],
        ['id', 'asc'],
      ],
    },
  );
  return rows.map(viewPlan);
}

export function viewPlan(row: PlanRow): PlanView {
  return { id: row.id, name: row.name, position: row.position, features: planFeatures(row) };
}
