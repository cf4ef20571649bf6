import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';
import { checkDescription, checkName } from '../names.ts';
import type { UserRow } from '../system-rows.ts';

export interface MePatch {
  readonly name?: string | undefined;
  readonly surname?: string | undefined;
}

/** Changes the names of the person behind the actor, and nothing else of the person. @throws user_not_found, name_invalid, body_invalid */
export async function updateMe(core: Core, actor: Actor, { name, surname }: MePatch): Promise<UserRow> {
  const { userId } = actor;
  if (userId === null) throw new AppError('user_not_found');
  const changes = {
    ...(name === undefined ? {} : { name: checkName(name, 'name') }),
    ...(surname === undefined ? {} : { surname: checkDescription(surname.trim(), 'surname') }),
  };
  const user = await core.store.write(async (tx) => {
    const known = await tx.find('users', { id: userId });
    if (known === undefined) throw new AppError('user_not_found');
    if (Object.keys(changes).length === 0) return known;
    const next = { ...known, ...changes, updated_at: core.clock.now() };
    await tx.update('users', { id: userId }, { ...changes, updated_at: next.updated_at });
    await appendAudit(tx, core, actor, {
      action: 'user.rename',
      target: userId,
      detail: { fields: Object.keys(changes) },
    });
    return next;
  });
  // Everything that is held about keys is read anew: not for nothing.
  if (Object.keys(changes).length > 0) core.events.emit('keys.changed', { keyId: null });
  return user;
}
