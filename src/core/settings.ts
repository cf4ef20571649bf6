/** What the operator decides and the core needs to know. */
import type { Keep } from './retention/keep.ts';

export interface CoreSettings {
  readonly publicUrl: string;
  /** False: no call limits and no throttle on failed attempts. */
  readonly areLimitsOn: boolean;
  readonly allowPrivateWebhooks: boolean;
  /** Whom push services can turn to: a mailto or https URL. Without: what the public URL says. */
  readonly pushContact?: string | null;
  /** Lifetime of authorization tokens whose key says none. */
  readonly tokenTtlSeconds: number;
  /** Without: `keepDefaults`. */
  readonly keep?: Keep;
}
