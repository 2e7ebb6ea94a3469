import { expect, test, type Page } from '@playwright/test';
import { look, watchConsole } from './page-check';
import { atWork, enter, hire, mark, office } from './people';
import { totals, typeLine } from './lines';

test('a shop calls: its order is typed, approved by a manager, and shipped', async ({
  page: lobby,
  browser,
  request,
}) => {
  await enter(lobby);
  const { post } = await office(request);
  const manager = await hire(post, 'Laura Conti', 'manager');
  const agent = await hire(post, 'Davide Gallo', 'agent', manager.id);
  const clerk = await hire(post, 'Sara Riva', 'back_office');
  const sku = `POD-${mark}`;
  const product = { name: `Pod ${mark}`, sku, kind: 'hardware', list_price: '12.50' };
  await post('/products', product);
  const shop = `Tabaccheria ${mark}`;

  const page = await atWork(browser, agent);
  const expectQuiet = watchConsole(page);
  await test.step('whoever calls is no client yet: one is made on the spot', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Ordini' }).click();
    await look(page, 'pull-1-orders', [1280]);
    await main(page).getByRole('link', { name: 'Nuovo ordine' }).click();
    const box = page.getByRole('combobox', { name: /Cerca per nome/ });
    await expect(box).toBeFocused();
    await page.keyboard.type(shop);
    await expect(page.getByRole('option', { name: `Nuovo cliente «${shop}»` })).toBeVisible();
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Nuovo cliente' });
    await expect(form.getByLabel('Ragione sociale')).toHaveValue(shop);
    await form.getByLabel('Telefono').fill('02 1234567');
    await page.keyboard.press('Control+Enter');
    await expect(form).toHaveCount(0);
    await expect(box).toHaveValue(shop);
  });

  const number =
    await test.step('the lines are typed; the discount is above the ceiling', async () => {
      await typeLine(page, 1, sku, '10', '25');
      // 125,00 less a quarter is 93,75; 22 % of it 20,63.
      await expect(totals(page)).toContainText('93,75');
      await expect(totals(page)).toContainText('114,38');
      await expect(main(page).getByText('l’ordine aspetterà un’approvazione')).toBeVisible();
      await look(page, 'pull-2-desk');
      await page.keyboard.press('Control+s');
      await expect(page.getByText(/^Ordine \S+ creato: aspetta l’approvazione/)).toBeVisible();
      const heading = page.getByRole('heading', { level: 1, name: /Da approvare/ });
      await expect(heading).toBeVisible();
      await expect(main(page).getByRole('button', { name: 'Prepara', exact: true })).toHaveCount(0);
      await look(page, 'pull-3-waiting');
      await main(page).getByRole('button', { name: 'Modifica' }).click();
      await page.getByLabel('Quantità, Riga 1', { exact: true }).focus();
      await page.keyboard.type('12');
      // 12 × 12,50 less a quarter: 112,50; 24,75 of tax.
      await expect(totals(page)).toContainText('137,25');
      await look(page, 'pull-3-editing', [1280]);
      await page.keyboard.press('Control+s');
      await expect(page.getByText('Ordine salvato: aspetta l’approvazione.')).toBeVisible();
      await expect(main(page).getByText('137,25').first()).toBeVisible();
      return /\S+\/\d+/.exec(await heading.innerText())![0];
    });

  await test.step('the manager looks at it on the phone, and says yes', async () => {
    const phone = await atWork(browser, manager, 390);
    const quiet = watchConsole(phone);
    await phone.getByRole('navigation').getByRole('button', { name: 'Altro' }).click();
    await phone.getByRole('menuitem', { name: 'Approvazioni' }).click();
    const waiting = main(phone).getByRole('article').filter({ hasText: number });
    await expect(waiting).toContainText('scritto da Davide Gallo');
    await expect(waiting).toContainText('Sconto oltre il limite');
    await waiting.getByRole('button', { name: 'Righe' }).click();
    await expect(waiting).toContainText(`Pod ${mark}`);
    await look(phone, 'pull-4-inbox', [390]);
    await waiting.getByRole('button', { name: 'Approva', exact: true }).click();
    await expect(phone.getByText(`${number} approvato.`)).toBeVisible();
    await expect(waiting).toHaveCount(0);
    quiet();
    await phone.context().close();
  });

  await test.step('back office prepares and ships it', async () => {
    const desk = await atWork(browser, clerk);
    const quiet = watchConsole(desk);
    await desk.getByRole('navigation').getByRole('link', { name: 'Ordini' }).click();
    await desk.getByRole('searchbox').fill(number);
    await main(desk).getByRole('link', { name: number }).click();
    await main(desk).getByRole('button', { name: 'Prepara', exact: true }).click();
    await expect(desk.getByRole('heading', { level: 1, name: /In preparazione/ })).toBeVisible();
    await main(desk).getByRole('button', { name: 'Spedisci', exact: true }).click();
    const window = desk.getByRole('dialog', { name: 'Spedire l’ordine' });
    await look(desk, 'pull-5-shipping', [390]);
    await window.getByRole('button', { name: 'Spedisci' }).click();
    await expect(desk.getByRole('heading', { level: 1, name: /Spedito/ })).toBeVisible();
    quiet();
    await desk.context().close();
  });

  await test.step('whoever took the call sees it gone', async () => {
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: /Spedito/ })).toBeVisible();
    await expect(main(page).getByText('Laura Conti').first()).toBeVisible();
    await look(page, 'pull-6-shipped', [1280]);
  });

  await test.step('the shop calls again: the usual is a tap away', async () => {
    await main(page).getByRole('link', { name: shop }).click();
    await expect(main(page).getByRole('region', { name: 'Di solito ordina' })).toContainText(
      `Pod ${mark}`,
    );
    await look(page, 'pull-7-client');
    await main(page).getByRole('link', { name: 'Nuovo ordine' }).click();
    const usual = main(page).getByRole('region', { name: 'Di solito ordina' });
    await usual.getByRole('button', { name: `12 pz × Pod ${mark}` }).click();
    await expect(usual.getByLabel('Già nell’ordine')).toBeVisible();
    // At the price of the catalogue: 150,00 and 33,00.
    await expect(totals(page)).toContainText('183,00');
    await look(page, 'pull-8-usual');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('heading', { level: 1, name: /Approvato/ })).toBeVisible();
  });

  await test.step('the order is found by its number', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Cerca/ }).fill(number);
    await expect(page.getByRole('option', { name: `Ordine ${number}` })).toBeVisible();
    await look(page, 'pull-9-search', [390]);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: new RegExp(number) })).toBeVisible();
  });
  expectQuiet();
});

test('liquids for a shop whose authorisation ended: only with a reason, in writing', async ({
  page,
  request,
}) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page);
  const { post } = await office(request);
  const sku = `LQ-${mark}`;
  await post('/products', {
    name: `Tabacco ${mark} 10 ml`,
    sku,
    kind: 'liquid',
    list_price: '3.00',
    volume_ml: '10',
    nicotine_mg_ml: '9',
  });
  const client = await post('/clients', { name: `Svapo Chiuso ${mark}` });
  await post(`/clients/${client.id}/sites`, {
    name: `Svapo Chiuso ${mark}`,
    channel: 'vape_shop',
    adm: { number: 'TO/999', expires_on: '2025-01-31' },
  });
  await page.goto(`/orders/new?client_id=${client.id}`);
  await typeLine(page, 1, sku, '10');
  await page.keyboard.press('Control+s');
  const window = page.getByRole('dialog', { name: 'Questo negozio non può ricevere liquidi' });
  await expect(window).toContainText('L’autorizzazione ADM del negozio è scaduta');
  await look(page, 'pull-10-override', [390]);
  await window
    .getByLabel('Perché procedere comunque?')
    .fill('Rinnovo già chiesto, copia agli atti');
  await window.getByRole('button', { name: 'Conferma comunque' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /Approvato/ })).toBeVisible();
  await expect(main(page).getByText('Rinnovo già chiesto, copia agli atti')).toBeVisible();
});

const main = (page: Page) => page.getByRole('main');
