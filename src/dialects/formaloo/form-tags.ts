/** Tags of forms: kept with the app, given to forms by slug. */
import type { Actor, Core } from '../../core/context.ts';
import { appOf } from './call.ts';
import { itemsOf } from './matrix.ts';
import { type Memory, memoryOf } from './memory.ts';

/** Tags of the app's forms. */
async function formTags(core: Core, actor: Actor): Promise<readonly Memory[]> {
  const app = await core.catalog.app(appOf(actor));
  return app === undefined ? [] : itemsOf(memoryOf(app).tags);
}

/** The slug of a tag by its slug or address; the text itself when there is no such tag. */
export async function findTag(core: Core, actor: Actor, name: string): Promise<string> {
  const tag = (await formTags(core, actor)).find(({ slug, address }) => slug === name || address === name);
  return typeof tag?.slug === 'string' ? tag.slug : name;
}
