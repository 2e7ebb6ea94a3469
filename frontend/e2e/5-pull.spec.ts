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
  expectQuiet();
});

const main = (page: Page) => page.getByRole('main');
