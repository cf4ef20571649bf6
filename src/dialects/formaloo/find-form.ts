/**
 * Forms and fields by slug within the reach of a key. A slug that was found once leads to its table without a search; what
 * is remembered is checked on every use, so a deleted or foreign form is never answered.
 */
import type { Actor, Core } from '../../core/context.ts';
import { AppError } from '../../core/errors.ts';
import { openTable } from '../../core/permit.ts';
import { createRecentMap } from '../../core/recent-map.ts';
import { listTables } from '../../core/tables/list-tables.ts';
import type { TableSchema } from '../../core/tables/table-schema.ts';
import { appOf } from './call.ts';
import { type Form, type FormField, formOf } from './form.ts';
import { slugLength } from './slugs.ts';

export interface FormFinder {
  /** @throws table_not_found */
  bySlug(actor: Actor, slug: string): Form | Promise<Form>;
  /** @throws table_not_found */
  byAddress(actor: Actor, address: string): Promise<Form>;
  /** The field and its form. @throws field_not_found */
  byField(actor: Actor, slug: string): Promise<{ readonly form: Form; readonly entry: FormField }>;
  /** The form whose table has this number, if the actor can see it. */
  byNumber(actor: Actor, tableNumber: number): Form | undefined | Promise<Form | undefined>;
  /** Every form that the actor can see, newest first. */
  all(actor: Actor): Promise<Form[]>;
}

/** Slugs whose table is remembered. */
const entriesMax = 50_000;
/** A slug, or the number of a table after `#`. */
const nameForm = /^#?[-A-Za-z0-9_]{1,63}$/;

export function createFormFinder(core: Core): FormFinder {
  /** The tables of slugs, of forms and of fields. */
  const known = createRecentMap<string, { readonly tableId: string }>(entriesMax);

  async function all(actor: Actor): Promise<Form[]> {
    const appId = appOf(actor);
    const tables = await listTables(core, actor, appId);
    return tables.map(formOf).sort((a, b) => b.table.createdAt - a.table.createdAt || b.table.number - a.table.number);
  }

  /** The remembered table of a slug, if it is still there. */
  function remembered(actor: Actor, slug: string): TableSchema | undefined | Promise<TableSchema | undefined> {
    const place = known.get(slug);
    if (place === undefined) return undefined;
    const now = core.catalog.tableNow(place.tableId);
    if (now !== undefined) return now;
    return Promise.resolve(openTable(core, actor, place.tableId)).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'table_not_found') return undefined;
      throw error;
    });
  }

  async function search(actor: Actor, slug: string, holds: (form: Form) => boolean): Promise<Form | undefined> {
    if (!nameForm.test(slug)) return undefined;
    const form = (await all(actor)).find(holds);
    if (form !== undefined) known.set(slug, { tableId: form.table.id });
    return form;
  }

  async function find(actor: Actor, slug: string, holds: (form: Form) => boolean): Promise<Form | undefined> {
    const table = await remembered(actor, slug);
    if (table !== undefined && table.appId === actor.appId) {
      const form = formOf(table);
      if (holds(form)) return form;
    }
    return search(actor, slug, holds);
  }

  /** The hot path: no promise where everything is in memory. */
  function inMemory(actor: Actor, slug: string): Form | undefined {
    const place = known.get(slug);
    const table = place === undefined ? undefined : core.catalog.tableNow(place.tableId);
    return table !== undefined && table.appId === actor.appId ? formOf(table) : undefined;
  }

  return {
    all,
    byNumber(actor, number) {
      // Numbers begin with a character that no slug has.
      const name = `#${number}`;
      const form = inMemory(actor, name);
      if (form?.table.number === number) return form;
      return find(actor, name, (one) => one.table.number === number);
    },
    bySlug(actor, slug) {
      const form = slug.length === slugLength ? inMemory(actor, slug) : undefined;
      if (form?.slug === slug) return form;
      return find(actor, slug, (one) => one.slug === slug).then((found) => {
        if (found === undefined) throw new AppError('table_not_found');
        return found;
      });
    },
    async byAddress(actor, address) {
      const form = (await all(actor)).find((one) => one.address === address);
      if (form === undefined) throw new AppError('table_not_found');
      return form;
    },
    async byField(actor, slug) {
      const form = await find(actor, slug, (one) => one.bySlug.has(slug));
      const entry = form?.bySlug.get(slug);
      if (form === undefined || entry === undefined) throw new AppError('field_not_found');
      return { form, entry };
    },
  };
}
