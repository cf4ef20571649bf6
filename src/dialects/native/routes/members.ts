/** `/workspaces/{workspace}/members`: who belongs, in which role. */
import type { Core } from '../../../core/context.ts';
import { addMember, listMembers, type Member, removeMember, updateMember } from '../../../core/workspaces/members.ts';
import { answerOnce } from '../once.ts';
import { actorOf } from '../request-actor.ts';
import { nothing, pageOf, pathOf } from '../shapes/parts.ts';
import { memberInput, memberPatch, memberShape, memberView } from '../shapes/workspace.ts';
import type { NativeScope } from '../typed-scope.ts';

const path = '/api/v1/workspaces/:workspace/members';
const tags = ['members'];
const params = pathOf('workspace');
const memberParams = pathOf('workspace', 'member');

export function memberRoutes(scope: NativeScope, core: Core): void {
  scope.get(
    path,
    {
      schema: {
        tags,
        operationId: 'listMembers',
        summary: 'List members',
        params,
        response: { 200: pageOf(memberShape) },
      },
      config: { verb: 'read' },
    },
    async (request) => {
      const members = await listMembers(core, actorOf(request), request.params.workspace);
      return { data: members.map(memberView), next: null };
    },
  );

  scope.post(
    path,
    {
      schema: {
        tags,
        operationId: 'addMember',
        summary: 'Add a person by e-mail address',
        description: 'Somebody unknown gets an account without a password.',
        params,
        body: memberInput,
        response: { 201: memberShape },
      },
      config: { verb: 'manage', isIdempotent: true },
    },
    (request, reply) =>
      answerOnce<Member>(
        request,
        reply,
        { answer: (member) => ({ status: 201, body: JSON.stringify(memberView(member)) }) },
        (once) => addMember(core, actorOf(request), request.params.workspace, request.body, once),
      ),
  );

  scope.patch(
    `${path}/:member`,
    {
      schema: {
        tags,
        operationId: 'updateMember',
        summary: 'Change the role of a member',
        params: memberParams,
        body: memberPatch,
        response: { 200: memberShape },
      },
      config: { verb: 'manage' },
    },
    async (request) => {
      const { workspace, member } = request.params;
      return memberView(await updateMember(core, actorOf(request), workspace, member, request.body.role));
    },
  );

  scope.delete(
    `${path}/:member`,
    {
      schema: {
        tags,
        operationId: 'removeMember',
        summary: 'Take a member out of the workspace',
        params: memberParams,
        response: { 204: nothing },
      },
      config: { verb: 'manage' },
    },
    async (request, reply) => {
      await removeMember(core, actorOf(request), request.params.workspace, request.params.member);
      return reply.code(204).send();
    },
  );
}
