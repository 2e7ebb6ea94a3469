import { readFileSync } from 'node:fs';
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { bringHistory, type OldDeal } from './history';
import { look, watchConsole } from './page-check';
import { atWork, enter, hire, mark, office } from './people';

const REASON = `Prezzo ${mark}`;

test('the manager’s Monday: last month, one team, where deals get lost, and a file for the meeting', async ({
  page: lobby,
  browser,
  request,
}) => {
  test.setTimeout(360_000);
  await enter(lobby);
  const { post } = await office(request);
  const manager = await hire(post, 'Irene Fabbri', 'manager');
  const agent = await hire(post, 'Nicola Serra', 'agent', manager.id);
  const stranger = await hire(post, 'Bruno Sala', 'agent');
  const { pipeline } = await lastMonth(request, post, agent.id, stranger.id);

  const page = await atWork(browser, manager);
  const expectQuiet = watchConsole(page);
  await test.step('the month so far is on the home page; one click to all of it', async () => {
    const month = page.getByRole('region', { name: 'Come va questo mese' });
    await expect(month.getByText('Venduto')).toBeVisible();
    await month.getByRole('link', { name: 'Tutta l’analisi' }).click();
    await expect(heading(page, 'Analisi')).toBeVisible();
    await expect(tile(page, 'In breve').getByText('Trattative vinte')).toBeVisible();
  });

  await test.step('last month, the own team: every tile follows, and the address says it', async () => {
    await page.getByLabel('Periodo', { exact: true }).selectOption({ label: 'Mese scorso' });
    await page
      .getByLabel('Chi', { exact: true })
      .selectOption({ label: 'Squadra di Irene Fabbri' });
    await expect(page).toHaveURL(/period=last_month/);
    await expect(page).toHaveURL(new RegExp(`team_id=${manager.id}`));
    await expect(tile(page, 'Agenti').getByText('Nicola Serra')).toBeVisible();
    await expect(tile(page, 'Agenti').getByText('Bruno Sala')).toHaveCount(0);
    await look(page, 'analytics-1-dashboard');
  });

  await test.step('the funnel: of six that began one was won, three were lost', async () => {
    const funnel = tile(page, 'Imbuto');
    await expect(funnel.getByRole('listitem').first()).toContainText('6');
    await expect(funnel.getByText(/non sono \(ancora\) andate oltre/).first()).toBeVisible();
    await expect(funnel.getByRole('listitem').last()).toContainText('Vinte');
    await expect(funnel.getByRole('listitem').last()).toContainText('1 · 2.400');
    await funnel.getByText('Mostra la tabella').click();
    await expect(funnel.getByRole('row', { name: /^Vinte/ })).toContainText('17 %');
    await funnel.getByRole('button', { name: 'Che cosa significa «Imbuto»' }).click();
    await expect(funnel.getByRole('note')).toContainText('Come si calcola');
    await page.keyboard.press('Escape');
  });

  await test.step('the trend is read with the keyboard', async () => {
    const chart = tile(page, 'Andamento delle vendite').getByRole('slider');
    await chart.focus();
    await page.keyboard.press('Home');
    await expect(chart).toHaveAttribute('aria-valuetext', /Questo periodo/);
    await page.keyboard.press('Escape');
  });

  await test.step('why we lose: the deals behind one reason, and back', async () => {
    const lost = tile(page, 'Perché perdiamo');
    await expect(lost.getByRole('listitem').filter({ hasText: REASON })).toContainText('2');
    await lost.getByRole('link', { name: REASON }).first().click();
    await expect(heading(page, `Trattative perse: ${REASON}`)).toBeVisible();
    await expect(page.getByRole('status').getByText('2 voci')).toBeVisible();
    await expect(rows(page)).toHaveCount(2);
    await expect(page.getByRole('link', { name: `Persa 1 ${mark}` })).toBeVisible();
    await look(page, 'analytics-2-records');
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Esporta' }).click();
    await page.getByRole('menuitem', { name: /CSV/ }).click();
    const text = readFileSync(await (await file).path(), 'utf8');
    expect(text).toContain(`Persa 1 ${mark};`);
    expect(text.trim().split('\r\n')).toHaveLength(3);
    await page.getByRole('link', { name: 'Torna all’analisi' }).click();
    await expect(page).toHaveURL(/period=last_month/);
    await expect(tile(page, 'Perché perdiamo')).toBeVisible();
  });

  await test.step('a dashboard of one’s own: fewer tiles, one more, in another order', async () => {
    await page.getByRole('button', { name: 'Disponi' }).click();
    for (const gone of [
      'Agenti',
      'Prodotti',
      'Province',
      'Provenienze',
      'Giri e visite',
      'Attività',
    ]) {
      await page.getByRole('button', { name: `Togli «${gone}»` }).click();
    }
    await page.getByRole('button', { name: 'Aggiungi un riquadro' }).click();
    await page.getByRole('menuitem', { name: 'Attività' }).click();
    const tiles = page.locator('li[data-tile]');
    await expect(tiles.last()).toContainText('Attività');
    const earlier = page.getByRole('button', { name: 'Sposta «Attività» prima' });
    await earlier.focus();
    await page.keyboard.press('Enter');
    await expect(earlier).toBeFocused();
    await expect(tiles.last()).not.toContainText('Attività');
    await carry(page, 'funnel', 'headline');
    await expect(tiles.first()).toContainText('Imbuto');
    await look(page, 'analytics-3-arrange');
    await page.getByRole('button', { name: 'Salva come nuova dashboard' }).click();
    const form = page.getByRole('dialog', { name: 'Salva come nuova dashboard' });
    await form.getByLabel('Nome').fill(`Lunedì ${mark}`);
    await form.getByLabel('Condividi con tutti').check();
    await form.getByRole('button', { name: 'Salva' }).click();
    await expect(heading(page, `Lunedì ${mark}`)).toBeVisible();
    await expect(page).toHaveURL(/board=/);
    await page.reload();
    await expect(heading(page, `Lunedì ${mark}`)).toBeVisible();
    const shown = page.getByRole('main').locator('section[aria-label]');
    await expect(shown.first()).toHaveAccessibleName('Imbuto');
    await expect(tile(page, 'Agenti')).toHaveCount(0);
    await expect(tile(page, 'Attività')).toBeVisible();
  });

  await test.step('what everybody is to reach is set, and shows', async () => {
    const targets = tile(page, 'Obiettivi');
    await targets.getByRole('button', { name: 'Modifica gli obiettivi' }).click();
    const form = page.getByRole('dialog', { name: /^Obiettivi di/ });
    const field = form.getByLabel('Nicola Serra: Venduto (€)');
    await field.fill('mille');
    await form.getByRole('button', { name: 'Salva' }).click();
    await expect(form.getByText('Scrivi un numero intero sopra zero.')).toBeVisible();
    await field.fill('4.800');
    await form.getByRole('button', { name: 'Salva' }).click();
    await expect(targets.getByRole('listitem').filter({ hasText: 'Nicola Serra' })).toContainText(
      '50 %',
    );
  });

  await test.step('the figures as a workbook, and on paper', async () => {
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Esporta' }).click();
    await page.getByRole('menuitem', { name: /Excel/ }).click();
    const bytes = readFileSync(await (await file).path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('navigation', { name: 'Navigazione principale' })).toBeHidden();
    await expect(page.getByText(/stampato il/)).toBeVisible();
    await page.emulateMedia({ media: 'screen' });
  });

  await test.step('the figures by letter every Monday, where there is a mail server', async () => {
    const setup = await page.request.get('/api/v1/auth/setup');
    const { mail } = (await setup.json()) as { mail: boolean };
    const open = page.getByRole('button', { name: 'Inviami un riepilogo' });
    await open.click();
    const dialog = page.getByRole('dialog', { name: 'Inviami un riepilogo' });
    if (!mail) {
      await expect(dialog).toContainText('non ha un server di posta');
      await expect(dialog.getByRole('button', { name: 'Salva' })).toHaveCount(0);
      await page.keyboard.press('Escape');
      return;
    }
    await dialog.getByLabel('Ogni lunedì').check();
    await dialog.getByRole('button', { name: 'Salva' }).click();
    await expect(page.getByText(/Il prossimo riepilogo parte .* 07:00/)).toBeVisible();
    await open.click();
    await expect(dialog).toContainText('La prossima parte');
    await expect(dialog.getByLabel('Ogni lunedì')).toBeChecked();
    await dialog.getByLabel('Mai').check();
    await dialog.getByRole('button', { name: 'Salva' }).click();
    await expect(page.getByText('Non riceverai più questo riepilogo.')).toBeVisible();
  });

  await test.step('a figure follows what happens, without a reload', async () => {
    const shown = tile(page, 'Trattative aperte per fase')
      .getByText(/trattative? ·/)
      .first();
    const before = await shown.innerText();
    const client = await post('/clients', { name: `Svapo Vivo ${mark}`, owner_id: agent.id });
    await post('/opportunities', {
      name: `Viva ${mark}`,
      client_id: client.id,
      owner_id: agent.id,
      pipeline_id: pipeline,
      amount_cents: 99_900,
    });
    await expect(shown).not.toHaveText(before, { timeout: 10_000 });
  });
  expectQuiet();

  await test.step('a colleague in the field sees the shared dashboard, with their own figures', async () => {
    const phone = await atWork(browser, agent, 412);
    const quiet = watchConsole(phone);
    await phone.getByRole('navigation').getByRole('button', { name: 'Altro' }).click();
    await phone.getByRole('menuitem', { name: 'Analisi' }).click();
    await phone.getByRole('button', { name: 'Dashboard' }).click();
    await phone.getByRole('menuitemradio', { name: new RegExp(`Lunedì ${mark}`) }).click();
    await expect(heading(phone, `Lunedì ${mark}`)).toBeVisible();
    await expect(phone.getByLabel('Chi', { exact: true })).toHaveCount(0);
    await look(phone, 'analytics-4-phone', [412]);
    quiet();
  });
});

test('the service of figures is down: the page says so, and goes on when it is back', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page);
  const gone = {
    status: 503,
    contentType: 'application/problem+json',
    body: '{"type":"/problems/unavailable","title":"Unavailable","status":503}',
  };
  await page.route('**/api/v1/analytics/**', (route) => route.fulfill(gone));
  await page.goto('/analytics');
  const alert = page.getByRole('alert');
  await expect(alert.getByRole('button', { name: 'Riprova' })).toBeVisible();
  await page.unroute('**/api/v1/analytics/**');
  await alert.getByRole('button', { name: 'Riprova' }).click();
  await expect(tile(page, 'In breve').getByText('Venduto')).toBeVisible();
  await expect(alert).toHaveCount(0);
});

/** Six deals of the team's agent that began last month: one won, three lost (two for one reason), two open; and one of a stranger. */
async function lastMonth(request: APIRequestContext, post: Post, agent: string, stranger: string) {
  await post('/lost-reasons', { name: REASON });
  await post('/lost-reasons', { name: `Altro ${mark}` });
  const client = `Svapo Lunedì ${mark}`;
  const deal = (name: string, stage: OldDeal['stage'], more: Partial<OldDeal> = {}): OldDeal => ({
    name: `${name} ${mark}`,
    client,
    stage,
    euro: 2400,
    openedOn: ofLastMonth(4),
    ...(typeof stage === 'number' ? {} : { closedOn: ofLastMonth(18) }),
    ...more,
  });
  const brought = await bringHistory(request, agent, [
    deal('Vinta', 'won'),
    deal('Persa 1', 'lost', { reason: REASON }),
    deal('Persa 2', 'lost', { reason: REASON }),
    deal('Persa 3', 'lost', { reason: `Altro ${mark}` }),
    deal('Aperta 1', 0),
    deal('Aperta 2', 2),
  ]);
  await bringHistory(request, stranger, [deal('Altrui', 'won', { client: `Altrove ${mark}` })]);
  return brought;
}

/** A day of last month. */
function ofLastMonth(day: number): string {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' }).format(new Date());
  const [year, month] = today.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 2, day, 12)).toISOString().slice(0, 10);
}

type Post = Awaited<ReturnType<typeof office>>['post'];

const main = (page: Page) => page.getByRole('main');
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const tile = (page: Page, name: string) => main(page).locator(`section[aria-label="${name}"]`);
const rows = (page: Page) => main(page).getByRole('table').locator('tbody tr');

/** Drags one tile of the arrangement onto another's place. */
async function carry(page: Page, tile: string, onto: string) {
  const grip = page.locator(`li[data-tile="${tile}"] [role="presentation"]`);
  const from = (await grip.boundingBox())!;
  const to = (await page.locator(`li[data-tile="${onto}"]`).boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
  await page.mouse.up();
}
