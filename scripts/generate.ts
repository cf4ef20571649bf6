/** `node scripts/generate.ts` writes every generated file; with `--check` it writes nothing and names those that differ. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated-files.ts';

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const isCheck = process.argv.includes('--check');
for (const { path, make } of generatedFiles) {
  const text = await make();
  if (textOf(path) === text) continue;
  if (isCheck) {
    console.error(`${path} is not what the code makes: run "npm run generate".`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${path}`);
  }
}
