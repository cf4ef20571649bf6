/**
 * Keeps the architecture true: who may import whom, no import cycles, and what may be mentioned where. The table is
 * the one of the design; `npm run check` fails on the first file that leaves it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { type Import, importsOf, lineAt } from './source-imports.ts';
import { type SourceText, splitSource } from './source-text.ts';

interface Layer {
  /** A file, or a folder with everything in it; `*` stands for one folder name, the same on both sides. */
  readonly from: string;
  readonly mayImport: readonly string[];
}

const layers: readonly Layer[] = [
  { from: 'src/core/', mayImport: ['src/core/'] },
  { from: 'src/store/', mayImport: ['src/store/', 'src/core/'] },
  { from: 'src/http/', mayImport: ['src/http/', 'src/core/'] },
  { from: 'src/dialects/dialect.ts', mayImport: ['src/core/', 'src/http/'] },
  { from: 'src/dialects/index.ts', mayImport: ['src/dialects/', 'src/core/', 'src/http/'] },
  { from: 'src/dialects/document-routes.ts', mayImport: ['src/dialects/dialect.ts', 'src/core/', 'src/http/'] },
  { from: 'src/dialects/*/', mayImport: ['src/dialects/*/', 'src/dialects/dialect.ts', 'src/core/', 'src/http/'] },
  { from: 'src/jobs.ts', mayImport: ['src/core/'] },
  { from: 'src/cli/', mayImport: ['src/cli/', 'src/app.ts', 'src/jobs.ts', 'src/core/', 'src/config.ts'] },
  { from: 'src/config.ts', mayImport: ['src/core/'] },
  { from: 'src/app.ts', mayImport: [''] },
  { from: 'src/main.ts', mayImport: [''] },
  { from: 'console/', mayImport: ['console/', 'sdk/'] },
  { from: 'sdk/', mayImport: ['sdk/'] },
];

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  readonly lookAt: keyof SourceText;
  appliesTo(path: string): boolean;
}

const within = (path: string, ...folders: string[]): boolean => folders.some((folder) => path.startsWith(folder));

const bans: readonly Ban[] = [
  {
    what: 'process.env is read only in src/config.ts',
    pattern:
      /\bprocess\s*\??\.\s*env\b|\bprocess\s*\[\s*['"]env\b|\{[^{}]*\benv\b[^{}]*\}\s*(?:=\s*process\b|from\s*['"](?:node:)?process['"])/,
    lookAt: 'uncommented',
    appliesTo: (path) => within(path, 'src/', 'sdk/', 'console/') && path !== 'src/config.ts',
  },
  {
    what: 'clocks are read only in src/core/clock.ts; take the Clock that is passed in',
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bnew\s+Date\b(?!\s*\()|\bperformance\s*\.\s*now\b/,
    lookAt: 'code',
    appliesTo: (path) => within(path, 'src/') && path !== 'src/core/clock.ts',
  },
  {
    what: "a dialect's name belongs in its own folder",
    // With word borders, so that `interpretable` passes and `parseRetable` does not.
    pattern: /(?<![A-Za-z])(?:adalo|formaloo|retable)|Adalo|Formaloo|Retable|ADALO|FORMALOO|RETABLE/,
    lookAt: 'uncommented',
    appliesTo: (path) => within(path, 'src/core/', 'src/store/', 'src/http/'),
  },
  {
    what: 'SQL text belongs in src/store/',
    // Capitals always; small letters only in forms that no English sentence has.
    pattern:
      /\bSELECT\b[^;]*\bFROM\b|\bINSERT\s+INTO\b|\bDELETE\s+FROM\b|\bUPDATE\s+\S+\s+SET\b|\bCREATE\s+(?:TABLE|INDEX|UNIQUE)\b|\bselect\s+(?:\*|count\(|[\w."]+,\s)[^;]*\bfrom\b|\binsert\s+into\s+\S+\s*\(|\bdelete\s+from\s+\S+\s+where\b|\bupdate\s+\S+\s+set\s+\S+\s*=/,
    lookAt: 'strings',
    appliesTo: (path) => within(path, 'src/') && !within(path, 'src/store/'),
  },
];

interface PackageBan {
  readonly what: string;
  readonly pattern: RegExp;
  appliesTo(path: string): boolean;
}

const packageBans: readonly PackageBan[] = [
  {
    what: 'SQL drivers and builders are used only in src/store/',
    pattern: /^(?:better-sqlite3|pg|node:sqlite)(?:\/|$)/,
    appliesTo: (path) => within(path, 'src/') && !within(path, 'src/store/'),
  },
  {
    what: 'core/ and store/ know nothing of HTTP',
    pattern: /^(?:fastify|@fastify\/.*|(?:node:)?https?2?)$/,
    appliesTo: (path) => within(path, 'src/core/', 'src/store/'),
  },
  {
    what: 'sdk/ has no dependencies',
    pattern: /./,
    appliesTo: (path) => within(path, 'sdk/'),
  },
];

const namelessNames = /^(?:utils?|helpers?|common|misc|manager|base|types)$/i;
const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path) || path.startsWith('test/');

export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

/** The folder name for `*` when the path is in the pattern, '' where there is no `*`; null when it is not in it. */
function matchLayer(pattern: string, path: string): string | null {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return path === pattern || (/\/$|^$/.test(pattern) && path.startsWith(pattern)) ? '' : null;
  if (!path.startsWith(before)) return null;
  const folder = path.slice(before.length).split('/', 1)[0] ?? '';
  return path.startsWith(before + folder + after) ? folder : null;
}

function layerProblems(path: string, imports: readonly Import[]): Problem[] {
  const layer = layers.find(({ from }) => matchLayer(from, path) !== null);
  if (layer === undefined) {
    return path.startsWith('src/') ? [{ path, line: 1, what: 'this file is in no layer of the design' }] : [];
  }
  const folder = matchLayer(layer.from, path) ?? '';
  const allowed = layer.mayImport.map((pattern) => pattern.replace('*', folder));
  return imports.flatMap(({ line, target, specifier }) => {
    if (target === null) {
      const ban = packageBans.find(({ appliesTo, pattern }) => appliesTo(path) && pattern.test(specifier));
      return ban === undefined ? [] : [{ path, line, what: `${ban.what}: imports ${specifier}` }];
    }
    if (allowed.some((pattern) => matchLayer(pattern, target) !== null)) return [];
    return [{ path, line, what: `${layer.from} may not import ${target} (only ${allowed.join(', ')})` }];
  });
}

function banProblems(path: string, text: SourceText): Problem[] {
  return bans.flatMap(({ what, pattern, lookAt, appliesTo }) => {
    if (!appliesTo(path)) return [];
    const inName =
      lookAt === 'uncommented' && pattern.test(path) ? [{ path, line: 1, what: `${what} (file name)` }] : [];
    const matches = [...text[lookAt].matchAll(new RegExp(pattern, 'g'))];
    return [...inName, ...matches.map(({ index }) => ({ path, line: lineAt(text.code, index), what }))];
  });
}

/** Each cycle once, as the path that closes it. Type-only imports count: they tie modules together all the same. */
function cycleProblems(graph: ReadonlyMap<string, readonly string[]>): Problem[] {
  const problems: Problem[] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt !== -1) {
      const cycle = [...trail.slice(seenAt), path];
      problems.push({ path, line: 1, what: `import cycle: ${cycle.join(' → ')}` });
      return;
    }
    if (finished.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return problems;
}

/** Checks files given as path → text; paths are relative to the root, with forward slashes. */
export function checkLayers(files: ReadonlyMap<string, string>): Problem[] {
  const problems: Problem[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, source] of files) {
    const name = posix.basename(path).split('.', 1)[0] ?? '';
    if (namelessNames.test(name)) problems.push({ path, line: 1, what: `a file called "${name}" says nothing` });
    if (isTest(path)) continue;
    const text = splitSource(source);
    const imports = importsOf(path, text);
    graph.set(
      path,
      imports.flatMap(({ target }) => (target !== null && files.has(target) ? [target] : [])),
    );
    problems.push(...layerProblems(path, imports), ...banProblems(path, text));
  }
  return [...problems, ...cycleProblems(graph)];
}

function readSources(root: string): Map<string, string> {
  const files = new Map<string, string>();
  const present = new Set(readdirSync(root));
  for (const folder of ['src', 'sdk', 'console', 'bench', 'scripts', 'test']) {
    if (!present.has(folder)) continue;
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !/\.(?:ts|tsx|mjs)$/.test(path) || /[\\/](?:node_modules|dist)[\\/]/.test(path)) continue;
      files.set(
        path
          .slice(root.length + 1)
          .split(sep)
          .join('/'),
        readFileSync(path, 'utf8'),
      );
    }
  }
  return files;
}

if (import.meta.main) {
  const problems = checkLayers(readSources(process.cwd()));
  for (const { path, line, what } of problems) console.error(`${path}:${line}  ${what}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
