import { expect, type Page } from '@playwright/test';

export const totals = (page: Page) => page.getByRole('region', { name: 'Totali' });

/** A line, with the keyboard alone: what, how many, and perhaps a discount. */
export async function typeLine(
  page: Page,
  row: number,
  sku: string,
  quantity: string,
  discount?: string,
) {
  const cell = (name: string) => page.getByLabel(`${name}, Riga ${row}`, { exact: true });
  await cell('Prodotto').focus();
  await page.keyboard.type(sku);
  await expect(page.getByRole('option').filter({ hasText: sku })).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(cell('Quantità')).toBeFocused();
  await page.keyboard.type(quantity);
  if (discount) {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect(cell('Sconto %')).toBeFocused();
    await page.keyboard.type(discount);
  }
  await page.keyboard.press('Enter');
  await expect(page.getByLabel(`Prodotto, Riga ${row + 1}`, { exact: true })).toBeFocused();
}
