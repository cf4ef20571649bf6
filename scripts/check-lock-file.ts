/**
 * Keeps `npm ci` working on every machine: the lock file names no download address, names the packages of all
 * platforms, and no tracked file names a package registry. With `--complete` it adds the platform packages that npm
 * left out because the registry it was run against did not have them; without them `npm ci` refuses to run.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Packages = Readonly<Record<string, LockedPackage>>;

/** Platform packages that another package names and the lock file does not hold, by their path in it. */
export function missingPackages(packages: Packages): Record<string, LockedPackage> {
  const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  const missing: Record<string, LockedPackage> = {};
  for (const entry of Object.values(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (names.has(name)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...(entry.dev === true ? { dev: true } : {}),
        optional: true,
        ...platformOf(name),
      };
    }
  }
  return missing;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Such packages carry their platform in their name: `binding-linux-x64-musl`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const parts = name.split(/[-/]/);
  const os = parts.filter((part) => systems.includes(part));
  const cpu = parts.filter((part) => processors.includes(part));
  const libc = parts.some((part) => part.startsWith('musl')) ? 'musl' : 'glibc';
  return {
    ...(os.length > 0 ? { os } : {}),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(os.includes('linux') ? { libc: [libc] } : {}),
  };
}

/** Addresses of package registries in a text: any host called so, and the one that npm is set to use here. */
export function registryAddresses(text: string, configured: string | undefined): string[] {
  const found = [...text.matchAll(/https?:\/\/(?:[^/\s"'`]*\bregistry\b|npm\.)[^/\s"'`]*/g)].map(
    ([address]) => address,
  );
  if (configured !== undefined && URL.canParse(configured)) {
    const { host } = new URL(configured);
    if (text.includes(host)) found.push(host);
  }
  return [...new Set(found)];
}

function trackedFiles(): string[] {
  try {
    return execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    // Not a clone: nothing here will be committed.
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Deleted, and not yet committed so.
    return '';
  }
}

function main(): void {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Packages };
  const missing = missingPackages(lock.packages);
  if (process.argv.includes('--complete')) {
    const paths = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
    writeFileSync(
      'package-lock.json',
      `${JSON.stringify({ ...lock, packages: Object.fromEntries(paths) }, null, 2)}\n`,
    );
    console.log(`added ${Object.keys(missing).length} platform packages to package-lock.json`);
    return;
  }
  const problems: string[] = [];
  for (const [path, { resolved, link }] of Object.entries(lock.packages)) {
    if (resolved !== undefined && link !== true) problems.push(`package-lock.json: ${path} names a download address`);
  }
  for (const path of Object.keys(missing)) {
    problems.push(`package-lock.json: ${path} is missing: run "node scripts/check-lock-file.ts --complete"`);
  }
  for (const path of trackedFiles()) {
    for (const address of registryAddresses(textOf(path), process.env.npm_config_registry)) {
      problems.push(`${path}: names the package registry ${address}`);
    }
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
