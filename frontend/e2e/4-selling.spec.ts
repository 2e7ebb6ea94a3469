import { expect, test, type Page } from '@playwright/test';
import { expectSound } from './page-check';
import { admin, enter } from './people';

/** Records that a company has long before: made through the API, by whoever is signed in. */
async function given(page: Page) {
  const post = async (path: string, data: object, token?: string) => {
    const headers = token ? { Authorization: `Bearer ${token}` } : undefined;
    const answer = await page.request.post(`/api/v1${path}`, { data, headers });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBeTruthy();
    return answer.json();
  };
  const { access_token: token } = await post('/auth/login', {
    email: admin.email,
    password: admin.password,
  });
  const mark = Date.now().toString(36);
  const client = await post('/clients', { name: `Tabaccheria ${mark}` }, token);
  const product = await post(
    '/products',
    { name: `Atomizzatore ${mark}`, sku: `AT-${mark}`, kind: 'hardware', list_price: '12.50' },
    token,
  );
  return { client, product, mark };
}

const total = (page: Page) => page.getByRole('region', { name: 'Totali' });
const main = (page: Page) => page.getByRole('main');

/** One line, with the keyboard: what, how many. */
async function typeLine(page: Page, sku: string, quantity: string) {
  await page.getByRole('combobox', { name: 'Prodotto, Riga 1', exact: true }).focus();
  await page.keyboard.type(sku);
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await page.keyboard.type(quantity);
  await page.keyboard.press('Enter');
}

test('a customer calls: the order is taken with the keyboard, and shipped', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page);
  const { client, product } = await given(page);

  await page.goto('/orders/new');
  await page.getByRole('combobox', { name: /Cerca per nome/ }).focus();
  await page.keyboard.type(client.name);
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await typeLine(page, product.sku, '10');
  // 125,00 and 22 % of it.
  await expect(total(page)).toContainText('152,50');
  await expectSound(page);
  await page.screenshot({ path: 'test-results/order-desk.png', fullPage: true });
  await page.keyboard.press('Control+s');

  await expect(page.getByText(/^Ordine \d{4}\/\d+ creato/)).toBeVisible();
  await main(page).getByRole('button', { name: 'Prepara', exact: true }).click();
  await main(page).getByRole('button', { name: 'Spedisci', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Spedisci', exact: true }).click();
  await expect(main(page).getByText('Spedito').first()).toBeVisible();
  await expectSound(page);
  await page.screenshot({ path: 'test-results/order.png', fullPage: true });
});
