/**
 * `node scripts/ensure-ready.mjs FILE [ARGS]` installs what is missing, then runs FILE with the project's own Node.
 * Plain JavaScript that any Node from 18 on can run; older ones and unsupported machines get one clear sentence.
 * When nothing is missing the check reads two small files and takes a few milliseconds.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Machines for which both the npm package `node` and better-sqlite3 carry a built binary.
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];

const nodeMajor = Number(process.versions.node.split('.')[0]);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const projectNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const stampFile = join(modules, '.tessera-ready');
const lockFile = join(root, 'package-lock.json');
// Written by npm at the end of each of its own changes to node_modules.
const installedFile = join(modules, '.package-lock.json');

function say(text) {
  process.stderr.write('tessera: ' + text + '\n');
}

function stop(text) {
  say(text);
  process.exit(1);
}

function refuseUnsupported() {
  if (nodeMajor < 18) {
    stop(
      'Node 18 or newer is needed to begin (this is ' +
        process.versions.node +
        '). Tessera then brings the Node that it runs on.',
    );
  }
  const here = process.platform + '-' + process.arch;
  if (!platforms.includes(here)) {
    stop('this machine (' + here + ') is not supported. Supported are ' + platforms.join(', ') + '.');
  }
}

/** The builds of Node on npm are linked against glibc. */
function refuseMusl() {
  if (process.platform !== 'linux') return;
  let maps = '';
  try {
    maps = readFileSync('/proc/self/maps', 'latin1');
  } catch {
    return;
  }
  if (/\/ld-musl-/.test(maps)) {
    stop('Alpine and other musl systems are not supported. Use a glibc system, in a container for example Debian.');
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** What the stamp must say: which lock file was installed, and that npm has not touched node_modules since. */
function stampNow(lockText) {
  const hash = createHash('sha256').update(lockText).digest('hex');
  let installed = 'none';
  try {
    const stat = statSync(installedFile);
    installed = stat.size + '-' + Math.round(stat.mtimeMs);
  } catch {
    // No such file: nothing is installed.
  }
  return hash + ' ' + installed;
}

/** Whether node_modules holds what the lock file says; without `wantsTools` the development packages may be absent. */
function isInstalled(lockText, wantsTools) {
  const installedText = readText(installedFile);
  if (installedText === '') return false;
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(installedText).packages || {};
  return Object.keys(wanted).every((path) => {
    const want = wanted[path];
    const have = installed[path];
    if (path === '' || want.link || !path.includes('node_modules/')) return true;
    if (have) return have.version === want.version && (!have.integrity || have.integrity === want.integrity);
    return Boolean(want.optional || want.devOptional || want.peer || (want.dev && !wantsTools));
  });
}

/** The environment with the project's own commands first on the path, or not on it at all. */
function environment(commands) {
  // `Path` on Windows, where names ignore case but a copy of the environment does not.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') || 'PATH';
  const folders = (process.env[name] || '').split(delimiter).filter((folder) => !resolve(folder).startsWith(modules));
  if (commands === 'own') folders.unshift(join(modules, '.bin'));
  return { ...process.env, [name]: folders.join(delimiter) };
}

function npmCommand(args) {
  const script = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  if (script && node && /\.c?js$/.test(script) && existsSync(script) && existsSync(node) && !node.startsWith(modules)) {
    return { file: node, args: [script, ...args], shell: false };
  }
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args, shell: process.platform === 'win32' };
}

// First match wins; the text completes "packages could not be installed: …".
const reasons = [
  [/ENOSPC/, 'the disk is full.'],
  [/EACCES|EPERM|EROFS/, 'no permission to write to ' + modules + '. Who owns that folder?'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    'the package registry could not be reached. Once online, run the same command again.',
  ],
  [/CERT|SELF_SIGNED/, 'the certificate of the package registry is not trusted here (npm setting "cafile").'],
  [/EUSAGE/, 'package.json and package-lock.json do not agree. After a change by hand, run "npm install".'],
  [/EINTEGRITY/, 'a package is not the one that package-lock.json names. Try "npm cache verify".'],
];

function explain(output) {
  const known = reasons.find(([pattern]) => pattern.test(output));
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/complete log of this run/.test(line));
  say('packages could not be installed: ' + (known ? known[1] : 'npm failed.'));
  process.stderr.write(
    lines
      .slice(0, 12)
      .map((line) => '  ' + line.trimEnd() + '\n')
      .join(''),
  );
}

function install(wantsTools) {
  refuseMusl();
  const startedAt = Date.now();
  say(
    (existsSync(modules) ? 'packages are missing or have changed, installing them' : 'installing packages') +
      ' (about a minute) …',
  );
  const args = ['ci', '--loglevel=error', '--engine-strict=false', '--no-audit', '--no-fund'];
  // Even where NODE_ENV=production would leave them out.
  if (wantsTools) args.push('--include=dev');
  const npm = npmCommand(args);
  const child = spawn(npm.file, npm.args, {
    cwd: root,
    // npm must not run on the Node that it is about to replace.
    env: environment('system'),
    shell: npm.shell,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      child.kill(signal);
      process.exit(128 + constants.signals[signal]);
    });
  }
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((done) => {
    child.on('error', (error) => {
      if (error.code === 'ENOENT') stop('npm was not found. It comes with Node: https://nodejs.org');
      stop('npm could not be started: ' + error.message);
    });
    child.on('close', (code) => {
      if (code !== 0) {
        explain(output);
        process.exit(1);
      }
      process.removeAllListeners('SIGINT');
      process.removeAllListeners('SIGTERM');
      refuseUnusableNode();
      say('installed in ' + Math.round((Date.now() - startedAt) / 1000) + ' s.');
      done();
    });
  });
}

function refuseUnusableNode() {
  if (!existsSync(projectNode)) {
    stop(
      'the package "node" was installed without its binary. Its install script must be allowed to run: ' +
        'npm ci --ignore-scripts=false',
    );
  }
  const probe = spawnSync(projectNode, ['-v'], { encoding: 'utf8' });
  if (probe.status !== 0) {
    const why = probe.error ? probe.error.message : (probe.stderr || '').trim().split('\n')[0];
    stop('the Node that Tessera runs on does not start on this machine: ' + why);
  }
}

async function ensureInstalled(wantsTools) {
  const lockText = readText(lockFile);
  if (lockText === '') stop('package-lock.json is missing in ' + root + '.');
  const stamp = stampNow(lockText);
  const [levelStamped, ...rest] = readText(stampFile).split(' ');
  const isStamped = rest.join(' ') === stamp && (levelStamped === 'all' || !wantsTools);
  if (isStamped && existsSync(projectNode)) return;
  if (!isInstalled(lockText, wantsTools) || !existsSync(projectNode)) await install(wantsTools);
  const level = wantsTools || isInstalled(lockText, true) ? 'all' : 'production';
  try {
    writeFileSync(stampFile, level + ' ' + stampNow(lockText));
  } catch {
    // A read-only installation is checked the longer way each time.
  }
}

/** Replaces this process where Node can; elsewhere stands between the terminal and a child. */
function run(args, ownEnv) {
  const env = { ...environment('own'), ...ownEnv };
  if (process.platform !== 'win32' && typeof process.execve === 'function' && nodeMajor >= 26) {
    process.execve(projectNode, [projectNode, ...args], env);
  }
  const child = spawn(projectNode, args, { stdio: 'inherit', env });
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  // A terminal sends Ctrl-C to the whole group, so the child has it already.
  let hasForwarded = Boolean(process.stdin.isTTY);
  process.on('SIGINT', () => {
    if (!hasForwarded) child.kill('SIGINT');
    hasForwarded = true;
  });
  child.on('error', (error) => stop('could not start ' + projectNode + ': ' + error.message));
  child.on('close', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

const args = process.argv.slice(2);
const fileAt = args.findIndex((arg) => !arg.startsWith('-'));
if (fileAt === -1) stop('usage: node scripts/ensure-ready.mjs FILE [ARGS]');
refuseUnsupported();
// The server itself runs from a production installation; tests, checks and benchmarks need the development packages.
const needsTools = !/^(\.[\\/])?src[\\/]/.test(args[fileAt]);
args[fileAt] = resolve(root, args[fileAt]);
// As in the first line of src/main.ts: with more room for what is young, a server takes 40 MB more and answers no faster.
if (!needsTools) args.unshift('--max-semi-space-size=8');
// The cache that src/main.ts names, for that file as well: Node then does without what turns TypeScript into JavaScript.
const ownEnv = needsTools ? {} : { NODE_COMPILE_CACHE: join(modules, '.cache', 'tessera') };
ensureInstalled(needsTools).then(
  () => run(args, ownEnv),
  (error) => stop(String(error)),
);
