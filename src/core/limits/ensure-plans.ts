import type { Tx } from '../store.ts';
import { shippedPlans } from './plans.ts';

/** Adds the shipped plans that are not there. Edited ones stay as they are. */
export async function ensurePlans(tx: Tx): Promise<void> {
  for (const plan of shippedPlans) {
    if ((await tx.find('plans', { id: plan.id })) === undefined) await tx.insert('plans', plan);
  }
}
