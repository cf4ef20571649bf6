/** What the machine did beside: where it was busy with something else, times say little. */
import { readFileSync } from 'node:fs';

/** Processors that were busy, all together, and that the machine was given but did not get. Null where the system does not tell. */
export interface MachineUse {
  readonly busySeconds: number;
  readonly stolenSeconds: number;
}

const ticksPerSecond = 100;

export function readMachineUse(): MachineUse | null {
  let line: string;
  try {
    line = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0] ?? '';
  } catch {
    return null;
  }
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(/ +/).slice(1).map(Number);
  return {
    busySeconds: (user + nice + system + irq + softirq) / ticksPerSecond,
    stolenSeconds: steal / ticksPerSecond,
  };
}
