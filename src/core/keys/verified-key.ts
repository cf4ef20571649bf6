/** What is known about a key that was presented: everything that a request needs, so that the next one asks nobody. */
import type { Actor } from '../actor.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { PlanFeatures } from '../limits/plans.ts';
import type { AppRow, KeyRow, PlanRow, WorkspaceRow } from '../system-rows.ts';
import type { Role } from '../workspaces/roles.ts';
import type { AddressList } from './address-list.ts';
import type { KeyPart } from './secret-format.ts';

export interface VerifiedKey {
  readonly key: KeyRow;
  /** The secret that was presented; with a token: the API key beside it. */
  readonly secret: {
    readonly hash: string;
    readonly part: KeyPart;
    readonly generation: number;
    /** End of a rotation overlap. */
    readonly expiresAt: number | null;
  };
  readonly workspace: WorkspaceRow;
  /** Null for keys that reach every app of their workspace(s). */
  readonly app: AppRow | null;
  /** Role of the key's user in the key's workspace, now. */
  readonly role: Role;
  /** The verbs of that role; for a write-only secret: create and update of them. */
  readonly roleBits: number;
  readonly plan: PlanRow;
  readonly features: PlanFeatures;
  /** Whom calls are counted against, and how many per second (0: no limit). */
  readonly limit: { readonly subject: string; readonly perSecond: number };
  readonly actor: Actor;
  readonly allowList: AddressList | null;
  /** Generations of secrets that still live, with the end of each; tokens of any other are dead. */
  readonly generations: ReadonlyMap<number, number | null>;
  /** Why the key cannot be used although it is valid: the plan or the app excludes API access. */
  readonly exclusion: ErrorCode | null;
}

/** The refusal of a key that is what it says it is: knows whose call it was, so that it is counted under the key. */
export class KeyRefused extends AppError {
  readonly verified: VerifiedKey;
  constructor(code: ErrorCode, verified: VerifiedKey) {
    super(code);
    this.verified = verified;
  }
}

/** @throws plan_excludes, api_disabled */
export function assertUsable(verified: VerifiedKey): void {
  if (verified.exclusion !== null) throw new KeyRefused(verified.exclusion, verified);
}
