/**
 * The contract of a dialect: one wire protocol. A dialect says where its credential sits, how its errors look and which
 * routes it has; `index.ts` runs every request of every dialect through the same hooks in the same order.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, Core } from '../core/context.ts';
import type { AppError } from '../core/errors.ts';
import type { Credential } from '../http/authenticate.ts';
import type { CorsHeaders } from '../http/cors.ts';

export interface RenderedError {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DocumentOptions {
  /** Whether the reader proved lately who they are: secrets are shown to no other. */
  readonly isFreshSession: boolean;
}

export interface Dialect {
  readonly name: string;
  /** Whether a path that matches no route is this dialect's to refuse. Asked in the order of the list. */
  owns(path: string): boolean;
  /**
   * The credential of a request; null when the route can be called without one and none was sent. Throws
   * credential_missing or credential_malformed. Not called on routes whose config says `access: 'open'`.
   */
  findCredential(request: FastifyRequest): Credential | null;
  /** Every core error in this dialect's words. */
  renderError(error: AppError, request: FastifyRequest): RenderedError;
  /** Answers a known path with a wrong method by method_not_allowed (and `Allow`) instead of route_not_found. */
  readonly tellsMethods: boolean;
  readonly cors: CorsHeaders;
  /** Adds the routes to a scope of its own: parsers, hooks and decorators stay inside. */
  routes(scope: FastifyInstance, core: Core): void;
  /** How an app is called through this dialect, as data for people to read. Left out: it has no such documentation. */
  document?(core: Core, actor: Actor, appId: string, options: DocumentOptions): Promise<object>;
}
