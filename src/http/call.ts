/** What is known about a request while it runs: who calls, and what it touches. Metering and logs read it at the end. */
import type { Actor } from '../core/context.ts';
import type { VerifiedKey } from '../core/keys/key-ring.ts';

export interface Call {
  readonly actor: Actor;
  /** Null for a person's session. */
  readonly verified: VerifiedKey | null;
  /** Set by the route as soon as it knows: what usage is counted under. */
  tableId: string;
  verb: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the credential has been verified, and on open routes. */
    call: Call | null;
    /** The key of a call that was refused for what the key is (disabled, expired, …): the refusal is counted under it. */
    refusedKey: VerifiedKey | null;
  }
  interface FastifyContextConfig {
    /** `open`: no credential is looked for. Otherwise a dialect's own word for who needs what. */
    access?: string;
    /** What usage is counted under unless the route says otherwise. */
    verb?: string;
  }
}
