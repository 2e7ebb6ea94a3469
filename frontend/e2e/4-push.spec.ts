import { expect, test, type Page } from '@playwright/test';
import { look, watchConsole } from './page-check';
import { atWork, enter, hire, mark, office } from './people';
import { typeLine, totals } from './lines';

test('a lead from a fair becomes a client, an offer, an order, and is shipped', async ({
  page: lobby,
  browser,
  request,
}) => {
  await enter(lobby);
  const { post } = await office(request);
  const agent = await hire(post, 'Marco Verdi', 'agent');
  const clerk = await hire(post, 'Paola Neri', 'back_office');
  const products = [
    { name: `Kit Aspire ${mark}`, sku: `KIT-${mark}`, kind: 'hardware', list_price: '18.50' },
    {
      name: `Menta fresca ${mark} 10 ml`,
      sku: `MF-${mark}`,
      kind: 'liquid',
      list_price: '2.90',
      volume_ml: '10',
      nicotine_mg_ml: '6',
      adm_code: `PLI${mark}`,
      tax_stamp: true,
    },
  ];
  for (const product of products) await post('/products', product);
  const shop = `Svapo Point ${mark}`;
  // Nobody else's: a number that is known is a duplicate.
  const phone = `011${String(Date.now()).slice(-7)}`;

  const page = await atWork(browser, agent, 390);
  const expectQuiet = watchConsole(page);
  await test.step('at the fair, on a phone: the lead is written down', async () => {
    await page.getByRole('navigation').getByRole('button', { name: 'Aggiungi' }).click();
    await page.getByRole('menuitem', { name: 'Nuovo lead' }).click();
    const form = page.getByRole('dialog', { name: 'Nuovo lead' });
    await form.getByLabel('Azienda o negozio').fill(shop);
    await form.getByLabel('Nome', { exact: true }).fill('Luca');
    await form.getByLabel('Cognome').fill('Ferri');
    await form.getByLabel('Telefono').fill(phone);
    await form.getByLabel('Cosa gli interessa').fill('Liquidi da 10 ml e un kit da banco');
    await look(page, 'push-1-lead-entry', [390]);
    await form.getByRole('button', { name: 'Salva', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: shop })).toBeVisible();
    await expect(main(page).getByText(agent.name, { exact: true })).toBeVisible();
  });

  await test.step('it is called, qualified and converted', async () => {
    await main(page).getByRole('button', { name: 'Contattato' }).click();
    await expect(main(page).getByText('Capisci se è interessato davvero.')).toBeVisible();
    await main(page).getByRole('button', { name: 'Qualifica' }).click();
    await expect(main(page).getByText('È pronto: fallo diventare cliente.')).toBeVisible();
    await look(page, 'push-2-lead');
    await page.setViewportSize({ width: 1280, height: 900 });
    await main(page).getByRole('button', { name: 'Converti in cliente' }).click();
    const form = page.getByRole('dialog', { name: `${shop} diventa cliente` });
    await form.getByLabel('Titolo della trattativa').fill(`Primo ordine ${mark}`);
    await form.getByLabel('Importo previsto').fill('500');
    await look(page, 'push-3-conversion', [1280]);
    await form.getByRole('button', { name: 'Converti' }).click();
    await expect(page).toHaveURL(/\/clients\//);
    await expect(page.getByRole('heading', { level: 1, name: shop })).toBeVisible();
    await expect(main(page).getByText('Luca Ferri').first()).toBeVisible();
  });

  await test.step('the shop is written down, with its authorisation for liquids', async () => {
    await main(page).getByRole('button', { name: 'Nuovo punto vendita' }).click();
    const form = page.getByRole('dialog', { name: 'Nuovo punto vendita' });
    await form.getByLabel('Autorizzazione ADM').fill('TO/12345');
    await form.getByLabel('Scadenza ADM').fill(inOneYear());
    await form.getByRole('button', { name: 'Salva' }).click();
    await expect(main(page).getByText(/^ADM fino al/)).toBeVisible();
    await look(page, 'push-4-client');
  });

  await test.step('a proposal is typed, from the deal', async () => {
    await main(page)
      .getByRole('link', { name: `Primo ordine ${mark}` })
      .first()
      .click();
    await expect(page).toHaveURL(/\/opportunities\//);
    await main(page).getByRole('button', { name: 'Nuova proposta' }).click();
    await expect(page.getByRole('heading', { level: 1, name: /Bozza/ })).toBeVisible();
    await typeLine(page, 1, `KIT-${mark}`, '2');
    await typeLine(page, 2, `MF-${mark}`, '40');
    // 37,00 + 116,00, and 40 × 10 ml at 0,143849 a millilitre: 57,54. 22 % of 210,54.
    await expect(totals(page)).toContainText('153,00');
    await expect(totals(page)).toContainText('57,54');
    await expect(totals(page)).toContainText('256,86');
    await page.keyboard.press('Control+s');
    await expect(main(page).getByText('Modifiche non salvate')).toHaveCount(0);
    await expect(main(page).getByText('256,86').first()).toBeVisible();
    await look(page, 'push-5-proposal');
  });

  const link = await test.step('it is sent: from now on it has a link', async () => {
    await main(page).getByRole('button', { name: 'Invia al cliente' }).click();
    const window = page.getByRole('dialog', { name: 'Invia la proposta' });
    await window.getByRole('button', { name: 'Crea il link' }).click();
    const address = window.getByLabel('Link per il cliente');
    await expect(address).toHaveValue(/\/p\//);
    await look(page, 'push-6-link', [390]);
    const url = await address.inputValue();
    await window.getByRole('button', { name: 'Chiudi' }).last().click();
    await expect(page.getByRole('heading', { level: 1, name: /Inviata/ })).toBeVisible();
    await look(page, 'push-7-sent', [1280]);
    return url;
  });

  await test.step('the customer reads and accepts it, without an account', async () => {
    const context = await browser.newContext();
    const customer = await context.newPage();
    const quiet = watchConsole(customer);
    await customer.setViewportSize({ width: 390, height: 844 });
    await customer.goto(new URL(link).pathname);
    await expect(customer.getByRole('heading', { level: 1, name: /^Proposta / })).toBeVisible();
    await expect(customer.getByText(`Menta fresca ${mark} 10 ml`)).toBeVisible();
    await expect(customer.getByText('256,86').first()).toBeVisible();
    await look(customer, 'push-8-offer');
    const accept = customer.getByRole('button', { name: 'Accetta la proposta' });
    await accept.click();
    await expect(customer.getByText('Spunta la casella per accettare.')).toBeVisible();
    await customer.getByLabel('Nome e cognome').fill('Luca Ferri');
    await customer.getByLabel('Ho letto la proposta').check();
    await accept.click();
    await expect(customer.getByRole('heading', { name: 'Proposta accettata' })).toBeVisible();
    await look(customer, 'push-9-accepted', [390]);
    await customer.reload();
    await expect(customer.getByRole('heading', { name: 'Proposta accettata' })).toBeVisible();
    quiet();
    await context.close();
  });

  const number = await test.step('the agent finds the order', async () => {
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: /Accettata/ })).toBeVisible();
    await main(page).getByRole('link', { name: 'Vai all’ordine' }).click();
    await expect(page.getByRole('heading', { level: 1, name: /Approvato/ })).toBeVisible();
    await expect(main(page).getByText('256,86').first()).toBeVisible();
    const heading = await page.getByRole('heading', { level: 1 }).innerText();
    return /\S+\/\d+/.exec(heading)![0];
  });

  await test.step('back office prepares and ships it', async () => {
    const desk = await atWork(browser, clerk);
    const quiet = watchConsole(desk);
    await desk.getByRole('navigation').getByRole('link', { name: 'Ordini' }).click();
    await main(desk).getByRole('link', { name: number }).click();
    await main(desk).getByRole('button', { name: 'Prepara', exact: true }).click();
    await expect(desk.getByRole('heading', { level: 1, name: /In preparazione/ })).toBeVisible();
    await main(desk).getByRole('button', { name: 'Spedisci', exact: true }).click();
    const window = desk.getByRole('dialog', { name: 'Spedire l’ordine' });
    await window.getByLabel(/Numero di spedizione/).fill(`BRT ${mark}`);
    await window.getByRole('button', { name: 'Spedisci' }).click();
    await expect(desk.getByRole('heading', { level: 1, name: /Spedito/ })).toBeVisible();
    await expect(main(desk).getByText(`BRT ${mark}`).first()).toBeVisible();
    await look(desk, 'push-11-shipped');
    quiet();
    await desk.context().close();
  });
  expectQuiet();
});

test('a lead is carried over the board, by mouse and by keyboard', async ({ page, request }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page);
  const { post } = await office(request);
  const name = `Lead a bordo ${mark}`;
  const lead = await post('/leads', { company_name: name });
  await page.goto('/leads?view=board');
  const column = (status: string) => page.getByRole('region', { name: status, exact: true });
  const card = (status: string) => column(status).locator(`[data-card="${lead.id}"]`);
  await card('Nuovo').hover();
  await page.mouse.down();
  const target = (await column('Contattato').boundingBox())!;
  await page.mouse.move(target.x + target.width / 2, target.y + 200, { steps: 12 });
  await page.mouse.up();
  await expect(page.getByText('Segnato come contattato.')).toBeVisible();
  await expect(card('Contattato')).toBeVisible();

  await card('Contattato').getByRole('link').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(page.getByText('Lead qualificato.')).toBeVisible();
  await expect(card('Qualificato')).toBeVisible();

  await card('Qualificato')
    .getByRole('button', { name: `Azioni per ${name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Convertito' }).click();
  await expect(page.getByRole('dialog', { name: `${name} diventa cliente` })).toBeVisible();
  await page.keyboard.press('Escape');
  await look(page, 'push-12-board');
});

const main = (page: Page) => page.getByRole('main');

const inOneYear = () => {
  const day = new Date();
  return `${day.getFullYear() + 1}-0${(day.getMonth() % 9) + 1}-15`;
};
