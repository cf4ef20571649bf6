/**
 * Where the endpoints are mounted: every modern path under every version prefix that clients use (wire/formaloo.md §1),
 * the older ones under `v1` and `v2`. One route stands for all prefixes; which one was used is in `versionOf`.
 */
import type { FastifyRequest } from 'fastify';

/** Gateway versions, and the service versions that older clients name. */
const modernVersions = ['v1.0', 'v2.0', 'v3.0', 'v3', 'v3.1', 'v3.2', 'v3.3', 'v4', 'v5'] as const;
const legacyVersions = ['v1', 'v2'] as const;

export type Version = (typeof modernVersions)[number] | (typeof legacyVersions)[number];

function prefixOf(versions: readonly Version[]): string {
  return `/:version(^(?:${versions.map((one) => one.replace('.', '\\.')).join('|')})$)`;
}

export const modern = prefixOf(modernVersions);
/** The first two gateway versions, which alone know customers. */
export const gateway12 = prefixOf(['v1.0', 'v2.0']);
export const legacy = prefixOf(legacyVersions);
/** The token endpoint alone is under all of them. */
export const everyVersion = prefixOf([...modernVersions, ...legacyVersions]);

export function versionOf(request: FastifyRequest): Version {
  return (request.params as { readonly version: Version }).version;
}

const ownPath = /^\/v(?:1\.0|2\.0|3(?:\.[0-3])?|[1245])(?:\/|$)/;

/** Whether a path without a route is this dialect's to refuse. */
export function isOwnPath(path: string): boolean {
  return ownPath.test(path);
}
