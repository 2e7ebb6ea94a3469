import { expect, test, type Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { serveGrid } from './grid/server';

/** Fifty products: `L-01` … `L-50`, one euro and so many cents each. */
const catalogue = Array.from({ length: 50 }, (_, at) => ({
  id: `019aab00-0000-7000-8000-0000000001${String(at + 1).padStart(2, '0')}`,
  version: 1,
  name: `Liquido ${String(at + 1).padStart(2, '0')} menta fresca 10 ml`,
  sku: `L-${String(at + 1).padStart(2, '0')}`,
  kind: 'liquid',
  unit: 'pz',
  vat_rate: 22,
  vat_nature: null,
  list_price: `1.${String(at + 1).padStart(2, '0')}`,
  list_price_cents: 101 + at,
  variants: 0,
}));
type Product = (typeof catalogue)[number];

const find = (q: string) => {
  const words = q.toLowerCase();
  return catalogue.filter(({ sku, name }) => `${sku} ${name}`.toLowerCase().includes(words));
};

interface Asked {
  product_id: string | null;
  description: string | null;
  quantity: string;
  unit_price: string | null;
  discount_percent: string | null;
}

/** As the server would: its price, no tax, VAT 22. */
function priced(line: Asked, at: number) {
  const product = catalogue.find(({ id }) => id === line.product_id);
  return {
    ...line,
    id: `019aab00-0000-7000-8000-0000000002${String(at).padStart(2, '0')}`,
    position: at + 1,
    description: line.description ?? product?.name,
    sku: product?.sku,
    unit: 'pz',
    is_liquid: false,
    list_price: product?.list_price ?? null,
    price_source: line.unit_price ? 'manual' : 'Tabaccherie',
    unit_price: line.unit_price ?? product?.list_price,
    discount_percent: line.discount_percent ?? '0',
    unit_tax: '0',
    vat_rate: 22,
    vat_nature: null,
    net_cents: 0,
    tax_cents: 0,
    why: { rule: 'list_price', of_parent: false },
  };
}

/** Answers for the system, and counts how often it is asked. */
async function answer(page: Page, slowly = 0) {
  await page.route('**/api/v1/products?*', async (route) => {
    await new Promise((done) => setTimeout(done, slowly));
    const q = new URL(route.request().url()).searchParams.get('q') ?? '';
    await route.fulfill({ json: { items: find(q).slice(0, 8), next_cursor: null } });
  });
  await page.route('**/api/v1/products/match', async (route) => {
    const { texts } = route.request().postDataJSON() as { texts: string[] };
    const items = texts.map((text): Product | null => {
      const found = find(text);
      return found.length === 1 ? (found[0] ?? null) : null;
    });
    await route.fulfill({ json: { items } });
  });
  await page.route('**/api/v1/price-lists/resolve', async (route) => {
    const { lines } = route.request().postDataJSON() as { lines: Asked[] };
    const over = lines.flatMap((line, at) =>
      Number(line.discount_percent) > 10
        ? [{ code: 'discount', detail: 'x', pointer: `/lines/${at}` }]
        : [],
    );
    const json = { lines: lines.map(priced), totals: {}, warnings: [], needs_approval: over };
    await route.fulfill({ json });
  });
  await page.route('**/api/v1/auth/**', (route) => route.fulfill({ json: {} }));
}

let grid: Awaited<ReturnType<typeof serveGrid>>;
test.beforeAll(async () => {
  grid = await serveGrid();
});
test.afterAll(() => grid.close());

async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join()}`)).toEqual(
    [],
  );
}

const product = (page: Page, row: number) =>
  page.getByRole('combobox', { name: `Prodotto, Riga ${row}`, exact: true });
const total = (page: Page) => page.getByRole('region', { name: 'Totali' });

test('fifty lines are typed with the keyboard alone', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  // The answers come later than the typing goes on.
  await answer(page, 60);
  await page.goto(grid.url);
  await product(page, 1).focus();
  const keys = page.keyboard;
  for (let at = 1; at <= 50; at += 1) {
    await keys.type(`l-${String(at).padStart(2, '0')}`);
    await keys.press('Enter');
    await keys.type('2');
    await keys.press('Enter');
  }
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(52);
  await expect(product(page, 50)).toHaveValue('Liquido 50 menta fresca 10 ml');
  // 2 × (1,01 + … + 1,50) = 125,50; and 22 % of it.
  await expect(total(page)).toContainText('125,50');
  await expect(total(page)).toContainText('27,61');
  await expect(total(page)).toContainText('153,11');
  await expect(product(page, 51)).toBeFocused();
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/grid-wide.png' });
});

test('cells are reached by arrows, rows come and go by keys', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await answer(page);
  await page.goto(grid.url);
  const keys = page.keyboard;
  await product(page, 1).focus();
  await keys.type('l-01');
  await expect(page.getByRole('option')).toHaveCount(1);
  await keys.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Quantità, Riga 1' })).toBeFocused();
  await keys.type('10');
  await keys.press('ArrowRight');
  await expect(page.getByRole('textbox', { name: 'Prezzo, Riga 1' })).toBeFocused();
  await keys.type('0,5');
  await keys.press('Tab');
  await keys.type('12');
  await expect(total(page)).toContainText('4,40');
  await expect(total(page)).toContainText('Sconto oltre il tuo limite: riga 1');
  await keys.press('Enter');
  await keys.type('Espositore in legno');
  await expect(page.getByRole('option', { name: 'Nessun prodotto' })).toBeVisible();
  await keys.press('Enter');
  await keys.type('1');
  await keys.press('Tab');
  await keys.type('10');
  await expect(total(page)).toContainText('14,40');
  await keys.press('ArrowUp');
  await expect(page.getByRole('textbox', { name: 'Prezzo, Riga 1' })).toBeFocused();
  await keys.press('Control+Enter');
  await expect(product(page, 2)).toBeFocused();
  await expect(product(page, 2)).toHaveValue('');
  await keys.press('Control+Delete');
  await expect(product(page, 2)).toHaveValue('Espositore in legno');
  await keys.press('Control+Delete');
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(3);
});

test('a table from a spreadsheet is pasted', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await answer(page);
  await page.goto(grid.url);
  await product(page, 1).focus();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData(
      'text/plain',
      'Codice\tQ.tà\tPrezzo\tSconto\nL-07\t12\t\t\nL-08\t1\t1,00\t10%\nSconosciuto\t3\t2\t\n',
    );
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  });
  await expect(product(page, 1)).toHaveValue('Liquido 07 menta fresca 10 ml');
  await expect(product(page, 3)).toHaveValue('Sconosciuto');
  // 12 × 1,07 + 0,90 + 6
  await expect(total(page)).toContainText('19,74');
});

test('on a phone a line is a card, written in a sheet from below', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await answer(page);
  await page.goto(grid.url);
  await page.getByRole('button', { name: 'Aggiungi riga' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('combobox', { name: 'Prodotto' }).fill('l-03');
  await sheet.getByRole('option').first().click();
  await sheet.getByRole('button', { name: 'Uno in più' }).click();
  await expect(sheet.getByText('2,06')).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/grid-sheet.png' });
  await sheet.getByRole('button', { name: 'Fatto' }).click();
  await expect(page.getByRole('button', { name: /Liquido 03.*2 × 1,03/ })).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/grid-phone.png' });
});
