/** Runs the command line as people do: real processes with an environment of their own and a database of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Where it listens, once it has said so. */
  readonly url: string;
  readonly stdout: () => string;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

type Env = Readonly<Record<string, string>>;

/** A place for one instance: folder, database and the environment that names it. */
export interface Place {
  readonly folder: string;
  readonly file: (name: string) => string;
  run(args: readonly string[], env?: Env): Promise<Ended>;
  /** Starts a server and waits until it says where it is. */
  serve(command?: 'start' | 'serve', env?: Env): Promise<Running>;
  remove(): Promise<void>;
}

export async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-cli-'));
  const own = { DATABASE_URL: `sqlite:${join(folder, 'data', 'tessera.db')}`, PORT: '0', TESSERA_LOG_LEVEL: 'debug' };
  const environment = (env: Env) => ({ PATH: process.env.PATH, HOME: folder, ...own, ...env }) as NodeJS.ProcessEnv;
  const start = (args: readonly string[], env: Env) =>
    spawn(process.execPath, [main, ...args], { cwd: folder, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    folder,
    file: (name) => join(folder, name),
    run: (args, env = {}) => watch(start(args, env)).ended,
    async serve(command = 'serve', env = {}) {
      const child = start([command], env);
      const { ended, stdout } = watch(child);
      const url = await saidUrl(child, stdout, ended);
      return {
        url,
        stdout,
        ended,
        kill: (signal) => void child.kill(signal),
        stop(signal = 'SIGTERM') {
          child.kill(signal);
          return ended;
        },
      };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

interface Watched {
  readonly ended: Promise<Ended>;
  readonly stdout: () => string;
}

function watch(child: ChildProcess): Watched {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { ended, stdout: () => stdout };
}

/** The whole first message is there when its last line is: the place comes first, calls to try end with how to stop. */
function saidUrl(child: ChildProcess, stdout: () => string, ended: Promise<Ended>): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const url = /running at (\S+)\n/.exec(stdout())?.[1];
      const isWhole = !stdout().includes('first start') || stdout().includes('Stop with Ctrl-C');
      if (url !== undefined && isWhole) resolve(url);
    };
    child.stdout?.on('data', look);
    ended.then(({ code, stderr }) => reject(new Error(`ended with ${code} before it was ready: ${stderr}`)), reject);
  });
}

/** What `init --json` prints. */
export interface InitJson {
  readonly url: string;
  readonly workspace: { readonly id: string; readonly name: string };
  readonly owner: { readonly id: string; readonly email: string };
  readonly app: { readonly id: string; readonly name: string };
  readonly tables: readonly { readonly id: string; readonly name: string }[];
  readonly keys: {
    readonly native: string;
    readonly adalo: string;
    readonly formaloo: { readonly apiKey: string; readonly secretKey: string; readonly writeOnlyKey: string };
    readonly retable: string;
  };
}

/** One answer of the native API. */
export async function get(url: string, key: string): Promise<{ readonly status: number; readonly json: Json }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, json: await response.json() };
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the test is about to check
export type Json = any;
