import { expect, type Page } from '@playwright/test';

/** Who registers first on the system under test; the later journeys sign in as the same person. */
export const admin = {
  name: 'Giulia Bianchi',
  email: process.env.NEXUS_E2E_EMAIL ?? 'giulia@example.it',
  password: process.env.NEXUS_E2E_PASSWORD ?? 'una frase lunga da ricordare',
};

/** Registers on a fresh system, signs in on one that has users already; ends on the Home page. */
export async function enter(page: Page) {
  await page.goto('/');
  await page.waitForURL(/\/(login|setup)/);
  if (page.url().includes('/setup')) await page.getByLabel('Nome e cognome').fill(admin.name);
  await page.getByLabel('E-mail').fill(admin.email);
  await page.locator('input[type=password]').fill(admin.password);
  await page.getByRole('button', { name: /^(Accedi|Crea l’amministratore)$/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Ciao/ })).toBeVisible();
}
