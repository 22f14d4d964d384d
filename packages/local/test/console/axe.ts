import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it is: the rules, each with the elements that break it. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const found = await page.evaluate(
    // A text, since the compiler of the tests puts names into functions that the page does not know.
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join('; ')))`,
  );
  return found as string[];
}
