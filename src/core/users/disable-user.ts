import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Core } from '../context.ts';
import { AppError } from '../errors.ts';

/** Switches a person's account off or on. Everything that carries the person's rights stops with the next request. */
export async function setUserDisabled(core: Core, actor: Actor, userId: string, isDisabled: boolean): Promise<void> {
  await core.store.write(async (tx) => {
    const changed = await tx.update(
      'users',
      { id: userId },
      { is_disabled: isDisabled ? 1 : 0, updated_at: core.clock.now() },
    );
    if (changed === 0) throw new AppError('user_not_found');
    await appendAudit(tx, core, actor, { action: isDisabled ? 'user.disable' : 'user.enable', target: userId });
  });
  core.events.emit('keys.changed', { keyId: null });
}
