/** Builds the one object that dialects, CLI and jobs receive. */
import { createCatalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Core } from './context.ts';
import { noOutbound, type Outbound } from './deliveries/outbound.ts';
import { createEvents } from './events.ts';
import { type FileStorage, noStorage } from './files/storage.ts';
import { createVisits } from './forms/visits.ts';
import { createKeyRing } from './keys/key-ring.ts';
import { createSecrets } from './keys/secrets.ts';
import { createLimiter } from './limits/limiter.ts';
import type { CoreSettings } from './settings.ts';
import type { Store } from './store.ts';
import { createMeter } from './usage/meter.ts';
import { createUserDirectory } from './users/user-directory.ts';
import { createWebhookDirectory } from './webhooks/webhook-directory.ts';

export interface CoreDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly masterKey: Buffer;
  readonly settings: CoreSettings;
  /** Without: files are refused. */
  readonly files?: FileStorage;
  /** Without: nothing is sent. */
  readonly outbound?: Outbound;
}

export function createCore({
  store,
  clock,
  masterKey,
  settings,
  files = noStorage,
  outbound = noOutbound,
}: CoreDeps): Core {
  const events = createEvents();
  const secrets = createSecrets(masterKey);
  const catalog = createCatalog(store, events);
  return {
    store,
    clock,
    catalog,
    users: createUserDirectory(store, events),
    secrets,
    events,
    settings,
    files,
    webhooks: createWebhookDirectory(events),
    outbound,
    keyRing: createKeyRing({ store, clock, secrets, events, settings }),
    limiter: createLimiter(clock),
    meter: createMeter(store, clock),
    visits: createVisits(store),
  };
}
