import { expect, test } from '@playwright/test';
import { expectSound, watchConsole } from './page-check';
import { admin, enter } from './people';

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

test('on the road: sign in, find a client, write down what happened', async ({ page }) => {
  const expectQuiet = watchConsole(page);
  await enter(page);
  await expectSound(page);

  const bar = page.getByRole('navigation', { name: 'Navigazione principale' }).last();
  await bar.getByRole('link', { name: 'Clienti' }).tap();
  await expect(page.getByRole('heading', { level: 1, name: 'Clienti' })).toBeVisible();
  const first = page.getByRole('main').locator('li a[href^="/clients/"]').first();
  await expect(first).toBeVisible();
  await expectSound(page);

  const name = (await first.locator('span').first().innerText()).trim();
  await page.getByRole('searchbox', { name: /Cerca per nome/ }).fill(name);
  await expect(page).toHaveURL(/q=/);
  const found = page.getByRole('main').getByRole('link', { name }).first();
  await found.tap();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  const note = `Richiamare martedì ${Date.now()}`;
  await page.getByRole('textbox', { name: 'Cosa è successo?' }).fill(note);
  await page.getByRole('main').getByRole('button', { name: 'Aggiungi', exact: true }).tap();
  await expect(page.getByRole('listitem').filter({ hasText: note })).toBeVisible();
  await expectSound(page);

  await page.reload();
  await expect(page.getByRole('listitem').filter({ hasText: note })).toBeVisible();
  await bar.getByRole('link', { name: 'Trattative' }).tap();
  await expect(page.getByRole('heading', { level: 1, name: 'Trattative' })).toBeVisible();
  await expectSound(page);
  expectQuiet();
});

test('a link to a page survives signing in', async ({ page }) => {
  await page.goto('/clients?sort=-updated_at');
  await page.waitForURL(/\/login\?next=/);
  await page.getByLabel('E-mail').fill(admin.email);
  await page.locator('input[type=password]').fill(admin.password);
  await page.getByRole('button', { name: 'Accedi' }).tap();
  await expect(page).toHaveURL(/\/clients\?sort=-updated_at$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Clienti' })).toBeVisible();
});
