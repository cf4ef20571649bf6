/** The instance that is written to: an app with two related tables, one for imports, and a key for each client. */
import type { Instance } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Core, systemActor } from '../../src/core/context.ts';
import { createKey } from '../../src/core/keys/create-key.ts';
import { setUpInstance } from '../../src/core/setup/set-up-instance.ts';
import { createTable } from '../../src/core/tables/create-table.ts';

export interface Place {
  readonly appId: string;
  readonly thingsId: string;
  readonly boxesId: string;
  /** What imports bring. */
  readonly importedId: string;
  readonly ownerId: string;
  /** Of the app, for the dialect that asks for one. */
  readonly appKey: string;
  /** One per client. */
  readonly keys: readonly string[];
}

export const colours = ['red', 'green', 'blue'] as const;

/** Environment of a server over a database in this folder. */
export function environmentOf(folder: string): Readonly<Record<string, string>> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `sqlite:${folder}/tessera.db`,
    TESSERA_PUBLIC_URL: 'http://tessera.test',
    TESSERA_RATE_LIMIT: 'off',
    TESSERA_LOG_LEVEL: 'error',
    // A run's own; images of one run are opened with it as well.
    TESSERA_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
}

export function configOf(folder: string): Instance['config'] {
  return readConfig(environmentOf(folder));
}

export async function setUpPlace(core: Core, clients: number): Promise<Place> {
  const setup = await setUpInstance(core, {
    ownerEmail: 'owner@example.com',
    ownerName: 'Owner',
    workspaceName: 'Workspace',
    appName: 'App',
  });
  const appId = setup.app.id;
  const boxes = await createTable(core, systemActor, appId, {
    name: 'Boxes',
    fields: [
      { name: 'Token', type: 'text', unique: true },
      { name: 'Owner', type: 'text' },
    ],
  });
  const things = await createTable(core, systemActor, appId, {
    name: 'Things',
    fields: [
      { name: 'Token', type: 'text', unique: true, required: true },
      { name: 'Owner', type: 'text', indexed: true },
      { name: 'N', type: 'number', indexed: true },
      { name: 'Note', type: 'long_text' },
      { name: 'Colour', type: 'single_select', options: { choices: colours.map((name) => ({ name })) } },
      { name: 'Labels', type: 'multi_select', options: { choices: [], allow_new: true } },
      { name: 'Box', type: 'relation', options: { target: boxes.id, cardinality: 'one', inverse_name: 'Things' } },
    ],
  });
  const imported = await createTable(core, systemActor, appId, {
    name: 'Imported',
    fields: [
      { name: 'Token', type: 'text' },
      { name: 'Code', type: 'text', unique: true },
      { name: 'N', type: 'number' },
      { name: 'Note', type: 'text' },
    ],
  });
  const keys: string[] = [];
  for (let index = 0; index < clients; index += 1) {
    const { secrets } = await createKey(core, systemActor, {
      kind: 'native',
      name: `Client ${index}`,
      app_id: appId,
      user_id: setup.owner.id,
      scopes: [{ table: '*', verbs: ['*'] }],
    });
    keys.push(secrets.key ?? '');
  }
  return {
    appId,
    thingsId: things.id,
    boxesId: boxes.id,
    importedId: imported.id,
    ownerId: setup.owner.id,
    appKey: setup.keys.app,
    keys,
  };
}
