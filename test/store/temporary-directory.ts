/** A directory for one test, removed when the test or suite has ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporaryDirectory(context: { after(clean: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
