/** Routes under a version, each in every spelling of its path: `/workspace/:id/project` is also `/workspaces/:id/projects`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** `verb` is what usage is counted under. */
export type AddRoute = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  verb: string,
  handler: Handler,
) => void;

export function addingTo(scope: FastifyInstance, root: string): AddRoute {
  return (method, path, verb, handler) => {
    for (const url of spellingsOf(root + path)) scope.route({ method, url, config: { verb }, handler });
  };
}

/** Segments that clients write in the plural too (wire/retable.md §4). */
const plurals: Readonly<Record<string, string>> = {
  workspace: 'workspaces',
  project: 'projects',
  retable: 'retables',
  column: 'columns',
};

function spellingsOf(path: string): string[] {
  return path
    .split('/')
    .map((segment) => {
      const plural = plurals[segment];
      return plural === undefined ? [segment] : [segment, plural];
    })
    .reduce((paths, segments) => paths.flatMap((start) => segments.map((segment) => `${start}/${segment}`)));
}
