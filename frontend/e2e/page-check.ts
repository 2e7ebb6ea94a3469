import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

/** Collects what a page should never say; call the result to assert that it said nothing. */
export function watchConsole(page: Page) {
  const said: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  return () => expect(said, 'console errors').toEqual([]);
}

async function violations(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  return violations
    .filter(({ id, nodes }) => !(id === 'target-size' && nodes.every(isPin)))
    .map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join()}`);
}

type Scheme = 'light' | 'dark';

/** What holds for every page: nothing sticks out sideways, and axe finds nothing, in light and dark. */
export async function expectSound(page: Page, schemes: Scheme[] = ['light', 'dark']) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow, 'horizontal overflow').toBeLessThanOrEqual(0);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    // The other theme may not be painted yet.
    await expect(async () => {
      expect(await violations(page), `axe, ${colorScheme}`).toEqual([]);
    }).toPass({ timeout: 20_000 });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Pins of neighbours overlap on a map; WCAG 2.5.8 allows that where the list beside it does the same. */
const isPin = ({ html, target }: { html: string; target: unknown }) =>
  `${html} ${String(target)}`.includes('map-stop');

/** The page as a phone and a desk see it, sound at both, and a picture of each to look at; colours are checked on one each. */
export async function look(page: Page, name: string, widths = [390, 1280]) {
  const before = page.viewportSize();
  for (const width of widths) {
    const phone = width < 768;
    await page.setViewportSize({ width, height: phone ? 844 : 900 });
    await expectSound(page, [phone && widths.length > 1 ? 'dark' : 'light']);
    const path = join(test.info().project.outputDir, `${name}-${width}.png`);
    await page.screenshot({ path, fullPage: true });
  }
  if (before) await page.setViewportSize(before);
}
