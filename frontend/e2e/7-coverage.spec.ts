import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { look, watchConsole } from './page-check';
import { atWork, enter, hire, mark, office, type Person } from './people';
import { askOnly } from './templates';

const DAY_MS = 86_400_000;

test('a manager sees who is behind, and sees to it', async ({ page: lobby, browser, request }) => {
  await enter(lobby);
  const { post } = await office(request);
  const manager = await hire(post, 'Claudia Riva', 'manager');
  const behind = await hire(post, 'Dario Longo', 'agent', manager.id);
  const onTime = await hire(post, 'Elisa Monti', 'agent', manager.id);
  const shops = await Promise.all([
    open(behind, 'Nuvola', 'Torino', 'TO', '10121', 45.07, 7.68),
    open(behind, 'Fumo Blu', 'Asti', 'AT', '14100', 44.9, 8.206),
    open(behind, 'Vapor Lab', 'Cuneo', 'CN', '12100', 44.39, 7.55),
    open(onTime, 'Aria Nuova', 'Novara', 'NO', '28100', 45.446, 8.62),
  ]);
  const places = await known(request, shops);
  const question = { label: 'Cosa serve', kind: 'text', required: false } as const;
  const askAsBefore = await askOnly(request, 'A', question);
  // A class A client is seen every fourteen days: twenty are too many, one is not.
  await seen(places[0]!, behind, 20);
  await seen(places[1]!, behind, 20);
  await seen(places[3]!, onTime, 1);

  const page = await atWork(browser, manager);
  const expectQuiet = watchConsole(page);

  await test.step('who is behind stands first', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Visite' }).click();
    await main(page).getByRole('link', { name: 'Copertura' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Copertura' })).toBeVisible();
    const row = main(page).getByRole('row', { name: new RegExp(behind.name) });
    await expect(row).toContainText('0 %');
    await expect(main(page).getByRole('row').nth(1)).toContainText(behind.name);
    await expect(main(page).getByRole('row').nth(2)).toContainText('100 %');
    await look(page, 'coverage-1-figures');
    await row.getByRole('link', { name: '2', exact: true }).click();
  });

  await test.step('the overdue shops of one agent, as a list and on the map', async () => {
    await expect(page).toHaveURL(/view=list.*standing=overdue/);
    await expect(main(page).getByRole('status').first()).toHaveText('2 negozi');
    await expect(shop(page, shops[0]!)).toContainText('1,4×');
    await expect(main(page).getByText(shops[2]!)).toHaveCount(0);
    await look(page, 'coverage-2-list');
    await main(page).getByRole('link', { name: 'Mappa', exact: true }).click();
    await expect(page).toHaveURL(/view=map/);
    await expect(main(page).getByRole('status').first()).toHaveText('2 negozi');
    const map = main(page).getByRole('region', { name: 'Mappa della copertura' });
    await expect(map.locator('canvas').first()).toBeVisible();
    await look(page, 'coverage-3-map');
    await main(page).getByRole('button', { name: 'Seleziona sulla mappa' }).click();
    await circle(page, map);
    await expect(main(page).getByText('2 negozi selezionati').first()).toBeVisible();
    await main(page).getByRole('button', { name: 'Togli la selezione' }).click();
    await main(page).getByRole('link', { name: 'Elenco', exact: true }).first().click();
  });

  await test.step('one of them need not be seen so often', async () => {
    await choose(page, shops[1]!, 'Imposta la cadenza');
    const window = page.getByRole('dialog', { name: /^Ogni quanto vedere/ });
    await window.getByLabel('Giorni tra le visite').fill('60');
    await look(page, 'coverage-4-cadence', [390]);
    await window.getByRole('button', { name: 'Salva' }).click();
    await expect(page.getByText('Cadenza salvata.')).toBeVisible();
    await expect(main(page).getByRole('status').first()).toHaveText('1 negozio');
  });

  const day = workday();
  await test.step('the other gets an appointment', async () => {
    await choose(page, shops[0]!, 'Metti in agenda');
    const window = page.getByRole('dialog', { name: 'Nuovo appuntamento' });
    await window.getByLabel('A un’ora precisa').check();
    await window.getByLabel('Giorno').fill(day);
    await window.getByLabel(/^Ora/).fill('10:00');
    await window.getByRole('button', { name: 'Salva' }).click();
    await expect(window).toHaveCount(0);
  });

  await test.step('it stands in the calendar, and is moved there', async () => {
    await page.goto(`/visits/calendar?view=day&day=${day}`);
    await expect(page.getByRole('heading', { level: 1, name: 'Calendario' })).toBeVisible();
    const entry = main(page).getByRole('link', { name: new RegExp(shops[0]!) });
    await expect(entry).toContainText('10:00');
    await look(page, 'coverage-5-day');
    await drag(page, entry, 78);
    await expect(page.getByText(/: spostata a .* 11:30\.$/)).toBeVisible();
    await expect(entry).toContainText('11:30');
    await page.getByRole('button', { name: 'Annulla', exact: true }).click();
    await expect(entry).toContainText('10:00');
    await entry.focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect(entry).toContainText('10:15');
    await page.reload();
    await expect(entry).toContainText('10:15');
    await main(page).getByRole('link', { name: 'Settimana', exact: true }).last().click();
    await expect(page).toHaveURL(/view=week/);
    await expect(entry).toContainText('10:15');
    await look(page, 'coverage-6-week');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`/visits/calendar?day=${day}`);
    await expect(main(page).getByRole('link', { name: new RegExp(shops[0]!) })).toContainText(
      '10:15',
    );
    await look(page, 'coverage-7-agenda', [390]);
  });

  await test.step('the calendar has a private address', async () => {
    await main(page).getByRole('button', { name: 'Sul tuo telefono' }).click();
    const window = page.getByRole('dialog', { name: 'Le tue visite nel tuo calendario' });
    await window.getByRole('button', { name: 'Crea l’indirizzo' }).click();
    const address = await window.getByLabel('Indirizzo del calendario').inputValue();
    const feed = await request.get(new URL(address).pathname);
    expect(feed.ok()).toBeTruthy();
    expect(await feed.text()).toMatch(/^BEGIN:VCALENDAR/);
    await look(page, 'coverage-8-feed', [390]);
    await window.getByRole('button', { name: 'Chiudi' }).last().click();
    await main(page).getByRole('button', { name: 'Sul tuo telefono' }).click();
    await window.getByRole('button', { name: 'Disattiva' }).click();
    await expect(window.getByText('Non hai ancora un indirizzo.')).toBeVisible();
    expect((await request.get(new URL(address).pathname)).status()).toBe(404);
  });
  await test.step('whoever is encircled on the map is changed together', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`/visits/coverage?view=map&owner_id=${behind.id}`);
    const map = main(page).getByRole('region', { name: 'Mappa della copertura' });
    await expect(map.locator('canvas').first()).toBeVisible();
    await main(page).getByRole('button', { name: 'Seleziona sulla mappa' }).click();
    await circle(page, map);
    await expect(main(page).getByText('3 negozi selezionati').first()).toBeVisible();
    await look(page, 'coverage-9-encircled', [1280]);
    await main(page).getByRole('button', { name: 'Cambia i clienti' }).click();
    const window = page.getByRole('dialog', { name: 'Clienti di 3 negozi' });
    await window.getByLabel('Classe').selectOption('C');
    await window.getByRole('button', { name: 'Salva' }).click();
    await expect(page.getByText(/^3 clienti cambiati/)).toBeVisible();
    await expect(async () => {
      await page.goto(`/visits/coverage?view=list&owner_id=${behind.id}&class=C`);
      await expect(main(page).getByRole('status').first()).toHaveText('3 negozi');
    }).toPass({ timeout: 20_000 });
  });
  expectQuiet();
  await askAsBefore();

  async function open(
    owner: Person & { id: string },
    trade: string,
    city: string,
    province: string,
    cap: string,
    lat: number,
    lng: number,
  ): Promise<string> {
    const name = `${trade} ${mark}`;
    const { id } = await post('/clients', { name, class: 'A', owner_id: owner.id });
    await post(`/clients/${id}/sites`, { name, city, province, cap, lat, lng });
    return name;
  }

  async function seen(place: string, agent: { id: string }, daysAgo: number) {
    const at = new Date(Date.now() - daysAgo * DAY_MS);
    const day = at.toISOString().slice(0, 10);
    const { id } = await post('/visits', { place_id: place, agent_id: agent.id, day });
    await post(`/visits/${id}/done`, { outcome: 'interested', ended_at: at.toISOString() });
  }
});

const main = (page: Page) => page.getByRole('main');
const shop = (page: Page, name: string) => main(page).getByRole('row', { name: new RegExp(name) });

async function choose(page: Page, name: string, action: string) {
  await main(page)
    .getByRole('button', { name: `Azioni: ${name}` })
    .first()
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** The shops as visits knows them, in the same order, once it has heard of all. */
async function known(request: APIRequestContext, names: string[]): Promise<string[]> {
  const { get } = await office(request);
  let found: { id: string; name: string }[] = [];
  await expect
    .poll(async () => {
      const page = await get<{ items: typeof found }>(`/places?q=${mark}&limit=50`);
      found = page.items.filter(({ name }) => names.includes(name));
      return found.length;
    })
    .toBe(names.length);
  return names.map((name) => found.find((place) => place.name === name)!.id);
}

/** A line drawn along the edges of the map. */
async function circle(page: Page, map: ReturnType<Page['locator']>) {
  const box = (await map.boundingBox())!;
  const corners = [
    [0.03, 0.03],
    [0.9, 0.03],
    [0.97, 0.9],
    [0.03, 0.97],
    [0.02, 0.04],
  ];
  const at = ([x, y]: number[]) => [box.x + box.width * x!, box.y + box.height * y!] as const;
  await page.mouse.move(...at(corners[0]!));
  await page.mouse.down();
  for (const corner of corners.slice(1)) await page.mouse.move(...at(corner), { steps: 6 });
  await page.mouse.up();
}

async function drag(page: Page, entry: ReturnType<Page['locator']>, down: number) {
  await entry.scrollIntoViewIfNeeded();
  const box = (await entry.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + 6];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + down / 2, { steps: 6 });
  await page.mouse.move(x, y + down, { steps: 6 });
  await page.mouse.up();
}

/** A Wednesday ahead. */
function workday(): string {
  const day = new Date(Date.now() + 7 * DAY_MS);
  while (day.getUTCDay() !== 3) day.setTime(day.getTime() + DAY_MS);
  return day.toISOString().slice(0, 10);
}
