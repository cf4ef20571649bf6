/** Ctrl-C and SIGTERM: what a command has half made is cleared away first; then the process ends as it would have without this. */
import { note } from './output.ts';

type Clear = () => unknown;

const clears = new Set<Clear>();
const signals = ['SIGINT', 'SIGTERM'] as const;

/** Calls `clear` when the process is told to end. Answers how to call that off. */
export function onInterrupt(clear: Clear): () => void {
  if (clears.size === 0) for (const signal of signals) process.on(signal, end);
  clears.add(clear);
  return () => {
    clears.delete(clear);
    if (clears.size === 0) letGo();
  };
}

function letGo(): void {
  for (const signal of signals) process.off(signal, end);
}

function end(signal: NodeJS.Signals): void {
  // A second one ends it at once.
  letGo();
  void Promise.allSettled([...clears].map(async (clear) => clear())).then((results) => {
    for (const result of results) if (result.status === 'rejected') note(`tessera: ${String(result.reason)}`);
    process.kill(process.pid, signal);
  });
}
