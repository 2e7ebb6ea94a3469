import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { look, watchConsole } from './page-check';
import { atWork, enter, hire, mark, office, type Person, type Post } from './people';
import { askOnly } from './templates';

/** Around Torino; more than twice the days of a week, so that one day has three. */
const SHOPS: Shop[] = [
  ['Svapo Centro', 45.0703, 7.6869],
  ['Svapo Lingotto', 45.0325, 7.6656],
  ['Svapo Moncalieri', 45.0003, 7.6828],
  ['Svapo Rivoli', 45.0716, 7.5157],
  ['Svapo Venaria', 45.126, 7.6324],
  ['Svapo Settimo', 45.1369, 7.7669],
  ['Svapo Chieri', 45.0123, 7.8227],
  ['Svapo Collegno', 45.0786, 7.576],
  ['Svapo Nichelino', 44.9951, 7.6477],
  ['Svapo Grugliasco', 45.0681, 7.5786],
  ['Svapo San Mauro', 45.1044, 7.7661],
  ['Svapo Orbassano', 45.0062, 7.5382],
];

/** As a phone's camera gives it, only smaller. */
const PICTURE = {
  name: 'vetrina.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAMAAAAoLQ9TAAAABGdBTUEAALGPC/xhBQAAACBjSFJNAAB6JgAAgIQAAPoAAACA6AAAdTAAAOpgAAA6mAAAF3CculE8AAAAA1BMVEUAgIBxQSaxAAAAB3RJTUUH6gwBADcp1PIgeAAAAA1JREFUGNNjYBgFyAAAARAAAeyX43oAAAAldEVYdGRhdGU6Y3JlYXRlADIwMjYtMTItMDFUMDA6NTU6NDErMDA6MDB0lfIcAAAAJXRFWHRkYXRlOm1vZGlmeQAyMDI2LTEyLTAxVDAwOjU1OjQxKzAwOjAwBchKoAAAAABJRU5ErkJggg==',
    'base64',
  ),
};

test('on Sunday the next week plans itself, and is changed before it is accepted', async ({
  page: lobby,
  browser,
  request,
}) => {
  await enter(lobby);
  const { post } = await office(request);
  const agent = await hire(post, 'Elena Greco', 'agent');
  for (const shop of SHOPS) await open(post, agent, shop);
  await untilKnown(request, agent, SHOPS.length);

  const page = await atWork(browser, agent);
  const expectQuiet = watchConsole(page);

  await test.step('on Sunday evening: next week is planned', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Visite' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Giro di oggi' })).toBeVisible();
    await expect(main(page).getByText('Nessun giro in questo giorno')).toBeVisible();
    await look(page, 'planner-1-no-tour');
    await main(page).getByRole('link', { name: 'Pianifica' }).first().click();
    await main(page)
      .getByRole('button', { name: /^Settimana prossima/ })
      .click();
    await look(page, 'planner-2-which-days');
    await main(page).getByRole('button', { name: 'Pianifica', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: /^Proposta dal/ })).toBeVisible();
    await expect(accept(page)).toBeVisible();
    // Every stop says why it is in.
    const reasons = days(page).getByRole('list', { name: 'Perché questa tappa' });
    await expect(reasons.first()).toContainText('Mai visitato');
    expect(await reasons.count()).toBe(await stops(page).count());
    await look(page, 'planner-3-proposal');
  });

  const moved = await test.step('a stop is moved, by keyboard and by mouse', async () => {
    const counts = await Promise.all(
      (await days(page).all()).map(async (one) => (await namesIn(one)).length),
    );
    const busiest = counts.indexOf(Math.max(...counts));
    const first = day(page, busiest);
    const other = day(page, busiest === 0 ? 1 : 0);
    const before = await namesIn(first);
    expect(before.length).toBeGreaterThan(2);
    await first.getByRole('link', { name: before[0]!, exact: true }).focus();
    for (const key of [' ', 'ArrowDown', 'ArrowDown', ' ']) await page.keyboard.press(key);
    const reordered = [before[1], before[2], before[0], ...before.slice(3)];
    await expect.poll(() => namesIn(first)).toEqual(reordered);
    await expect(main(page).getByText(/Hai cambiato la proposta/)).toBeVisible();

    const stop = first.locator('li[data-stop]').last();
    const name = await stop.getByRole('link').first().innerText();
    await stop.scrollIntoViewIfNeeded();
    const [from, to] = [await stop.boundingBox(), await other.boundingBox()];
    await page.mouse.move(from!.x + 60, from!.y + 14);
    await page.mouse.down();
    await page.mouse.move(to!.x + 60, Math.max(to!.y + 90, 90), { steps: 12 });
    await page.mouse.up();
    await expect(other.getByRole('link', { name, exact: true })).toBeVisible();
    await expect(first.getByRole('link', { name, exact: true })).toHaveCount(0);
    await look(page, 'planner-4-changed', [1280]);
    return { name, first: await namesIn(first), second: await namesIn(other) };
  });

  await test.step('the proposal is accepted as it was changed', async () => {
    await accept(page).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Settimana' })).toBeVisible();
    await expect(page.getByText(/sono in agenda/)).toBeVisible();
    const tour = (name: string) =>
      days(page).filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect.poll(() => namesIn(tour(moved.first[0]!))).toEqual(moved.first);
    await expect.poll(() => namesIn(tour(moved.name))).toEqual(moved.second);
    await look(page, 'planner-5-week');
  });

  await test.step('the plan is found again among the last ones', async () => {
    await main(page).getByRole('link', { name: 'Pianifica', exact: true }).click();
    const last = main(page).getByRole('region', { name: 'Ultime pianificazioni' });
    await last.getByRole('link', { name: /In agenda/ }).click();
    await expect(main(page).getByText('Questa proposta è già in agenda.')).toBeVisible();
    await expect(stops(page).first()).toBeVisible();
    await main(page).getByRole('link', { name: 'Vai alla settimana' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Settimana' })).toBeVisible();
  });

  await test.step('Monday’s tour: a list with times, a map, and another order', async () => {
    await days(page)
      .filter({ has: page.getByRole('link', { name: moved.first[0]!, exact: true }) })
      .getByRole('link', { name: /^Mostra/ })
      .click();
    await expect(page.getByRole('heading', { level: 1, name: /^Giro di / })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Mappa del giro' })).toBeVisible();
    await expect.poll(() => namesIn(main(page))).toEqual(moved.first);
    await main(page)
      .getByRole('button', { name: `Azioni per ${moved.first[0]}` })
      .click();
    await page.getByRole('menuitem', { name: 'Una tappa dopo' }).click();
    await expect(page.getByText('Ordine cambiato, orari ricalcolati.')).toBeVisible();
    const swapped = [moved.first[1], moved.first[0], ...moved.first.slice(2)];
    await expect.poll(() => namesIn(main(page))).toEqual(swapped);
    await page.getByRole('button', { name: 'Annulla', exact: true }).last().click();
    await expect.poll(() => namesIn(main(page))).toEqual(moved.first);
    await page.reload();
    await expect.poll(() => namesIn(main(page))).toEqual(moved.first);
    await look(page, 'planner-6-tour');
  });
  expectQuiet();
  await page.context().close();
});

test('on the road: today’s visit, from the diary to the report', async ({
  page: lobby,
  browser,
  request,
}) => {
  await enter(lobby);
  const { post } = await office(request);
  const agent = await hire(post, 'Pietro Sala', 'agent');
  const shop = await open(post, agent, ['Svapo Crocetta', 45.0591, 7.6602], 'C');
  const picture = { label: 'Foto della vetrina', kind: 'photo', required: true } as const;
  const askAsBefore = await askOnly(request, 'C', picture);
  await untilKnown(request, agent, 1);
  const phone = await atWork(browser, agent, 412);
  const quiet = watchConsole(phone);
  await test.step('on the road: a visit for today becomes a tour', async () => {
    await phone.getByRole('navigation').getByRole('button', { name: 'Aggiungi' }).click();
    await phone.getByRole('menuitem', { name: 'Nuovo appuntamento' }).click();
    const form = phone.getByRole('dialog', { name: 'Nuovo appuntamento' });
    await form.getByRole('combobox', { name: /Punto vendita/ }).fill(shop);
    await form.getByRole('option', { name: new RegExp(shop) }).click();
    await form.getByLabel('In giornata').check();
    await form.getByLabel(/^Giorno/).fill(romeToday());
    await form.getByLabel(/^Motivo/).fill('Presentare i nuovi liquidi');
    await look(phone, 'planner-7-appointment', [412]);
    await form.getByRole('button', { name: 'Salva' }).click();
    await expect(phone.getByText(new RegExp(`${shop}: in agenda`))).toBeVisible();
    await main(phone).getByRole('link', { name: 'Apri il giro' }).first().click();
    await main(phone).getByRole('button', { name: 'Metti in ordine' }).click();
    await expect(phone.getByText('Giro creato.')).toBeVisible();
    await expect(main(phone).getByText('Presentare i nuovi liquidi')).toBeVisible();
    await expect(main(phone).getByRole('link', { name: `Naviga verso ${shop}` })).toBeVisible();
    await look(phone, 'planner-8-today', [412]);
  });

  await test.step('the agent is there, and tells what came of it', async () => {
    await main(phone).getByRole('button', { name: 'Sono qui' }).click();
    await expect(phone.getByText(`Arrivo da ${shop} registrato.`)).toBeVisible();
    await main(phone).getByRole('button', { name: 'Scrivi il resoconto' }).click();
    const form = phone.getByRole('dialog');
    await form.getByText('Interessato', { exact: true }).click();
    await form.getByLabel(/^Nota/).fill(`Vuole provare i nuovi gusti ${mark}`);
    await form.getByRole('button', { name: 'Salva il resoconto' }).click();
    await expect(form.getByText('Serve almeno una foto.')).toBeVisible();
    await form.getByLabel('Scatta o scegli una foto: Foto della vetrina').setInputFiles(PICTURE);
    await expect(form.getByRole('img', { name: 'Foto 1' })).toBeVisible();
    await expect(form.getByText('Serve almeno una foto.')).toHaveCount(0);
    await look(phone, 'planner-9-report', [412]);
    await form.getByRole('button', { name: 'Salva il resoconto' }).click();
    await expect(phone.getByText(`Resoconto di ${shop} salvato.`)).toBeVisible();
    await expect(main(phone).getByText('1 di 1 tappa')).toBeVisible();
    await look(phone, 'planner-10-done', [412]);
    await main(phone).getByRole('link', { name: shop, exact: true }).click();
    await expect(main(phone).getByRole('heading', { name: 'Foto della vetrina' })).toBeVisible();
    await expect(
      main(phone).getByRole('button', { name: 'Foto della vetrina: Foto 1' }),
    ).toBeVisible();
    await phone.goBack();
  });

  await test.step('the visit is on the client’s timeline', async () => {
    await main(phone)
      .getByRole('button', { name: `Azioni per ${shop}` })
      .click();
    await phone.getByRole('menuitem', { name: 'Scheda del cliente' }).click();
    await expect(phone.getByRole('heading', { level: 1, name: shop })).toBeVisible();
    await expect(main(phone).getByText(`Vuole provare i nuovi gusti ${mark}`)).toBeVisible();
  });
  quiet();
  await askAsBefore();
  await phone.context().close();
});

type Shop = readonly [name: string, lat: number, lng: number];

/** A client of this agent with one shop; answers its name. */
async function open(
  post: Post,
  agent: { id: string },
  [shop, lat, lng]: Shop,
  klass = 'A',
): Promise<string> {
  const name = `${shop} ${mark}`;
  const town = { city: 'Torino', province: 'TO' };
  const { id } = await post('/clients', { name, class: klass, owner_id: agent.id, ...town });
  await post(`/clients/${id}/sites`, { name, street: 'Via Roma 1', lat, lng, ...town });
  return name;
}

const main = (page: Page) => page.getByRole('main');
const accept = (page: Page) => main(page).getByRole('button', { name: 'Accetta tutto' });
/** The days on the board. */
const days = (page: Page) =>
  main(page)
    .locator('section')
    .filter({ has: page.locator('ol') });
const day = (page: Page, index: number) => days(page).nth(index);
const stops = (page: Page) => days(page).locator('li[data-stop]');

function namesIn(within: ReturnType<typeof main>): Promise<string[]> {
  return within
    .locator('li[data-stop]')
    .evaluateAll((rows) => rows.map((row) => row.querySelector('a')?.textContent?.trim() ?? ''));
}

const romeToday = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' }).format();

/** The shops reach the visits service over its feed. */
async function untilKnown(request: APIRequestContext, { email, password }: Person, count: number) {
  const login = await request.post('/api/v1/auth/login', { data: { email, password } });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const headers = { Authorization: `Bearer ${token}` };
  await expect
    .poll(async () => {
      const answer = await request.get('/api/v1/places?limit=50', { headers });
      return ((await answer.json()) as { items: unknown[] }).items.length;
    })
    .toBe(count);
}
