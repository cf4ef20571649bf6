/** Things that are listed, made, read, changed and deleted under one path. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './credential.ts';
import { onChange } from './on-change.ts';
import { type Version, versionOf } from './paths.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export interface Collection {
  readonly list: Handler;
  readonly create: Handler;
  readonly get: Handler;
  readonly change: Handler;
  readonly remove: Handler;
}

/** `writes`: who may make and change; reading and deleting takes the token. */
export function mountCollection(scope: FastifyInstance, path: string, things: Collection, writes: Access): void {
  const item = `${path}/:slug`;
  scope.get(path, { config: { access: 'token', verb: 'read' } }, things.list);
  scope.post(path, { config: { access: writes, verb: 'create' } }, things.create);
  scope.get(item, { config: { access: 'token', verb: 'read' } }, things.get);
  onChange(scope, item, { config: { access: writes, verb: 'update' } }, things.change);
  scope.delete(item, { config: { access: 'token', verb: 'delete' } }, things.remove);
}

const firstGateways: ReadonlySet<Version> = new Set(['v1.0', 'v2.0']);

/** One path that means two things: the first in the first two gateway versions, the second in all later ones. */
export function byVersion(first: Collection, later: Collection): Collection {
  const either =
    (name: keyof Collection): Handler =>
    (request, reply) =>
      (firstGateways.has(versionOf(request)) ? first : later)[name](request, reply);
  return {
    list: either('list'),
    create: either('create'),
    get: either('get'),
    change: either('change'),
    remove: either('remove'),
  };
}
