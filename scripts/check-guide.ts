/** Keeps CONTRIBUTING.md true: every file and folder that it names is there. Names with a `<placeholder>` are not looked up. */
import { existsSync, readFileSync } from 'node:fs';

const guide = 'CONTRIBUTING.md';
const named = readFileSync(guide, 'utf8').matchAll(/`((?:src|test|scripts|bench|docs|sdk|console|\.ci)\/[^`<>\s]*)`/g);
const missing = [...new Set([...named].map(([, path = '']) => path))].filter((path) => !existsSync(path));
for (const path of missing) console.error(`${guide} names ${path}, which is not there.`);
if (missing.length > 0) process.exitCode = 1;
