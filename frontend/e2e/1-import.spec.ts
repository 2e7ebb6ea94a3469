import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { expectSound, watchConsole } from './page-check';
import { enter } from './people';

const samples = process.env.NEXUS_SAMPLE_DIR ?? '../fixtures/sales-opportunities';

const files = [
  { kind: 'Prodotti', file: 'products.csv' },
  { kind: 'Utenti', file: 'sales_teams.csv' },
  { kind: 'Clienti', file: 'accounts.csv' },
  { kind: 'Trattative', file: 'sales_pipeline.csv' },
];

async function importFile(page: Page, kind: string, file: string) {
  await page.goto('/import');
  await page.getByRole('radio', { name: kind }).check();
  await page.getByLabel('Scegli il file').setInputFiles(join(samples, file));
  const check = page.getByRole('button', { name: 'Controlla' });
  await expect(check).toBeEnabled();
  await expectSound(page);
  await check.click();
  const run = page.getByRole('main').getByRole('button', { name: 'Importa' });
  await expect(run).toBeVisible({ timeout: 60_000 });
  await run.click();
  await expect(page.getByRole('heading', { name: 'Importazione finita' })).toBeVisible({
    timeout: 120_000,
  });
}

test('a company moves in: registration, import, board, and a deal moved by hand', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const expectQuiet = watchConsole(page);
  await enter(page);
  await expectSound(page);

  for (const { kind, file } of files) {
    await test.step(`import ${file}`, () => importFile(page, kind, file));
  }
  await expectSound(page);

  await page.getByRole('button', { name: 'Usa come predefinita' }).click();
  await expect(page.getByText('è ora la pipeline predefinita')).toBeVisible();
  await page.getByRole('link', { name: 'Vai alle trattative' }).click();
  const from = page.getByRole('region', { name: 'Prospecting' });
  const to = page.getByRole('region', { name: 'Engaging' });
  // A deal with a client, so that its move can be seen in the client's story.
  const card = from.locator('[data-card]').filter({ hasNotText: 'Senza cliente' }).first();
  await expect(card).toBeVisible();
  await expectSound(page);

  const deal = await card.getByRole('link').innerText();
  const id = await card.getAttribute('data-card');
  await card.hover();
  await page.mouse.down();
  const target = (await to.boundingBox())!;
  await page.mouse.move(target.x + target.width / 2, target.y + 200, { steps: 12 });
  await page.mouse.up();
  await expect(to.locator(`[data-card="${id}"]`)).toBeVisible();
  await expect(page.getByText(`${deal}: ora in Engaging.`)).toBeVisible();

  await to.locator(`[data-card="${id}"]`).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: deal })).toBeVisible();
  await expectSound(page);
  await page.getByRole('navigation').or(page.getByRole('main')).getByRole('link').first().waitFor();
  await page.getByRole('main').locator('a[href^="/clients/"]').first().click();
  await expect(page.getByText('da Prospecting a Engaging').first()).toBeVisible();
  await expectSound(page);
  expectQuiet();
});

test('a deal is moved with the keyboard, and back with undo', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await enter(page);
  await page.goto('/pipeline');
  const from = page.getByRole('region', { name: 'Prospecting' });
  const to = page.getByRole('region', { name: 'Engaging' });
  const card = from.locator('[data-card]').first();
  const id = await card.getAttribute('data-card');
  await card.getByRole('link').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(to.locator(`[data-card="${id}"]`)).toBeVisible();
  await page.getByRole('status').getByRole('button', { name: 'Annulla' }).click();
  await expect(from.locator(`[data-card="${id}"]`)).toBeVisible();
});
