/** What the operator decides and the core needs to know. */
import type { Keep } from './retention/keep.ts';

export interface CoreSettings {
  readonly publicUrl: string;
  /** False: no call limits and no throttle on failed attempts. */
  readonly areLimitsOn: boolean;
  readonly allowPrivateWebhooks: boolean;
  /** Lifetime of authorization tokens whose key says none. */
  readonly tokenTtlSeconds: number;
  /** Without: `keepDefaults`. */
  readonly keep?: Keep;
}
