/** What every page of ours has to be, in a browser: accessible by axe-core's rules, and no wider than its window. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** All rules, best practices included. The script goes in past the page's policy, as a debugger's would. */
export async function checkPage(page: Page): Promise<void> {
  await page.evaluate(axe);
  const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as readonly Violation[];
  const told = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((one) => `  ${one.html}\n  ${one.failureSummary ?? ''}`).join('\n')}`,
  );
  assert.equal(violations.length, 0, told.join('\n'));
  const widths = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as readonly [
    number,
    number,
  ];
  assert.ok(widths[0] <= widths[1], `the page is ${widths[0]} wide in a window of ${widths[1]}`);
}
