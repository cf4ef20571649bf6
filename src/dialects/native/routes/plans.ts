/** `/plans`: what workspaces may have. */

import type { Core } from '../../../core/context.ts';
import { listPlans, type PlanView } from '../../../core/limits/list-plans.ts';
import { updatePlan } from '../../../core/limits/update-plan.ts';
import { type Static, Type } from '../../../core/schema.ts';
import { actorOf } from '../request-actor.ts';
import { limits, limitsInput, name, named, namedBody, pageOf, pathOf } from '../shapes/parts.ts';
import type { NativeScope } from '../typed-scope.ts';

const tags = ['plans'];

const planShape = named('Plan', {
  id: Type.String({ examples: ['business'] }),
  name,
  position: Type.Integer(),
  api_access: Type.Boolean(),
  personal_keys_per_user: Type.Integer(),
  file_bytes_max: Type.Integer({ description: 'Largest file that can be uploaded.' }),
  limits,
});

const planPatch = namedBody('PlanPatch', {
  name: Type.Optional(name),
  api_access: Type.Optional(Type.Boolean()),
  personal_keys_per_user: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  file_bytes_max: Type.Optional(Type.Integer({ minimum: 0 })),
  limits: Type.Optional(limitsInput),
});

export function planRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    '/api/v1/plans',
    {
      schema: { tags, operationId: 'listPlans', summary: 'List the plans', response: { 200: pageOf(planShape) } },
      config: { verb: 'read' },
    },
    async () => ({ data: (await listPlans(core)).map(planView), next: null }),
  );

  scope.patch(
    '/api/v1/plans/:plan',
    {
      schema: {
        tags,
        operationId: 'updatePlan',
        summary: 'Change a plan, for every workspace that has it',
        description: 'Only the operator of the server may: no key of a workspace does.',
        params: pathOf('plan'),
        body: planPatch,
        response: { 200: planShape },
      },
      config: { verb: 'manage' },
    },
    async (request) => planView(await updatePlan(core, actorOf(request), request.params.plan, request.body)),
  );
}

function planView({ id, name: planName, position, features }: PlanView): Static<typeof planShape> {
  return {
    id,
    name: planName,
    position,
    api_access: features.api_access,
    personal_keys_per_user: features.personal_keys_per_user,
    file_bytes_max: features.file_bytes_max,
    limits: features.limits,
  };
}
