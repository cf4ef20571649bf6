/** The command line as a person runs it: its own process, its output kept. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export type Environment = Readonly<Record<string, string>>;

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(args: readonly string[], env: Environment): Promise<Output> {
  const child = startCommand(args, env);
  const texts = collect(child);
  const [code] = await once(child, 'close');
  return { code: Number(code), ...texts() };
}

export function startCommand(args: readonly string[], env: Environment): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function collect(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return () => ({ stdout, stderr });
}

/** What everybody on the machine can see of a process: its arguments and its title. Null where the system does not tell. */
export function visibleOf(pid: number): string | null {
  const files = ['cmdline', 'comm', 'status'].map((name) => `/proc/${pid}/${name}`);
  return files.every((file) => existsSync(file)) ? files.map((file) => readFileSync(file, 'latin1')).join('\n') : null;
}
