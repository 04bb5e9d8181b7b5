/** axe-core on a page: what people meet who cannot see it, or see it otherwise. */
import axe from "axe-core";
import type { Page } from "playwright-core";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** The problems that axe-core finds in a page. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // Without preload: for that it would write styles into the page, which the page's policy forbids.
  const run = "axe.run({ preload: false }).then(({ violations }) => violations)";
  const found = await page.evaluate(run);
  return (found as Violation[]).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}
