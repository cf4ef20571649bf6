/**
 * The form behind an address of the public, over the whole instance, and who its public is. Only what was made as a form, or
 * was given an address or `active` by its owner, has a page: tables made otherwise are nobody else's to see (docs/decisions/0010).
 */
import { type Actor, systemActor } from '../../../core/actor.ts';
import type { Core } from '../../../core/context.ts';
import { noGrant } from '../../../core/keys/scopes.ts';
import { verbBits } from '../../../core/workspaces/roles.ts';
import { type Form, formOf } from '../form.ts';
import { memoryOf, textOrNull } from '../memory.ts';
import { addressOf } from '../slugs.ts';

export interface PageFinder {
  /** Undefined where there is none, or none for the public. */
  byAddress(address: string): Promise<Form | undefined>;
}

const addressForm = /^[-A-Za-z0-9_]{1,255}$/;

export function createPageFinder(core: Core): PageFinder {
  /** Tables by address. What is found in it is checked; what is not is looked for again only after something changed. */
  let index: Promise<ReadonlyMap<string, string>> | undefined;
  let isStale = false;
  core.events.on('catalog.changed', () => {
    isStale = true;
  });

  function load(): Promise<ReadonlyMap<string, string>> {
    isStale = false;
    const loading = core.store
      .list('tables', {})
      .then((rows) => new Map(rows.map((row) => [textOrNull(memoryOf(row).address) ?? addressOf(row.id), row.id])));
    loading.catch(() => {
      if (index === loading) index = undefined;
    });
    index = loading;
    return loading;
  }

  async function look(tables: ReadonlyMap<string, string>, address: string): Promise<Form | undefined> {
    const table = await core.catalog.table(tables.get(address) ?? '');
    const form = table === undefined ? undefined : formOf(table);
    return form?.address === address ? form : undefined;
  }

  return {
    async byAddress(address) {
      if (!addressForm.test(address)) return undefined;
      const known = await look(await (index ?? load()), address);
      const form = known ?? (isStale ? await look(await load(), address) : undefined);
      return form !== undefined && hasPage(form) ? form : undefined;
    },
  };
}

function hasPage({ memory }: Form): boolean {
  return memory.elements !== undefined || memory.address !== undefined || memory.active === true;
}

/** Anybody who has the form's address: may send answers to it, and see none. */
export function publicActor({ table }: Form): Actor {
  return actorWith(
    table,
    new Map([[table.id, { verbs: verbBits.create | verbBits.update, readable: new Set(), writable: null }]]),
  );
}

/** The server on behalf of the public, where a page shows what its form was made to show. */
export function showingActor({ table }: Form, ...tableIds: readonly string[]): Actor {
  return actorWith(
    table,
    new Map(tableIds.map((id) => [id, { verbs: verbBits.read, readable: null, writable: null }])),
  );
}

function actorWith({ id, workspaceId, appId }: Form['table'], grants: ReadonlyMap<string, typeof noGrant>): Actor {
  return {
    ...systemActor,
    label: `form:${id}`,
    workspaceId,
    appId,
    isMember: () => false,
    grant: (table) =>
      table.workspaceId === workspaceId && table.appId === appId ? (grants.get(table.id) ?? noGrant) : noGrant,
    verbs: () => 0,
  };
}
