import { expect, type APIRequestContext, type Browser, type Page } from '@playwright/test';

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Who registers first on the system under test; the later journeys sign in as the same person. */
export const admin: Person = {
  name: 'Giulia Bianchi',
  email: process.env.NEXUS_E2E_EMAIL ?? 'giulia@example.it',
  password: process.env.NEXUS_E2E_PASSWORD ?? 'una frase lunga da ricordare',
};

/** Tells what one run makes from what an earlier one made on the same system. */
export const mark = Date.now().toString(36);

/** Registers on a fresh system, signs in on one that has users already; ends on the Home page. */
export async function enter(page: Page, person = admin) {
  await page.goto('/');
  await page.waitForURL(/\/(login|setup)/);
  if (page.url().includes('/setup')) await page.getByLabel('Nome e cognome').fill(person.name);
  await page.getByLabel('E-mail').fill(person.email);
  await page.locator('input[type=password]').fill(person.password);
  await page.getByRole('button', { name: /^(Accedi|Crea l’amministratore)$/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Ciao/ })).toBeVisible();
}

/** Somebody at a computer of their own. */
export async function atWork(browser: Browser, person: Person, width = 1280): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await enter(page, person);
  return page;
}

export type Post = <T = { id: string }>(path: string, data: object) => Promise<T>;

type Get = <T>(path: string) => Promise<T>;

/** What the administrator does over the API, to set the scene. */
export async function office(
  request: APIRequestContext,
): Promise<{ post: Post; put: Post; get: Get }> {
  const { email, password } = admin;
  const login = await request.post('/api/v1/auth/login', { data: { email, password } });
  expect(login.ok(), await login.text()).toBeTruthy();
  const { access_token: token } = (await login.json()) as { access_token: string };
  const send =
    (method: 'post' | 'put'): Post =>
    async (path, data) => {
      const headers = { Authorization: `Bearer ${token}` };
      const ask = () => request[method](`/api/v1${path}`, { data, headers });
      let answer = await ask();
      // Whoever was hired a moment ago reaches the other services by an event.
      for (const until = Date.now() + 10_000; Date.now() < until; answer = await ask())
        if (answer.ok() || !(await answer.text()).includes('owner_id.unknown')) break;
      expect(answer.ok(), `${path}: ${await answer.text()}`).toBeTruthy();
      return answer.json();
    };
  const get: Get = async (path) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await request.get(`/api/v1${path}`, { headers });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBeTruthy();
    return answer.json();
  };
  return { post: send('post'), put: send('put'), get };
}

/** Invites a colleague, who comes in. */
export async function hire(
  post: Post,
  name: string,
  role: 'agent' | 'manager' | 'back_office',
  managerId?: string,
): Promise<Person & { id: string }> {
  const email = `${name.toLowerCase().replace(/\W+/g, '.')}.${mark}@example.it`;
  const password = 'una frase lunga da ricordare';
  const { id, invitation } = await post<{ id: string; invitation: { url: string } }>('/users', {
    name,
    email,
    roles: [role],
    manager_id: managerId ?? null,
  });
  const token = new URLSearchParams(new URL(invitation.url).hash.slice(1)).get('token');
  await post('/auth/invitations/accept', { token, password });
  return { id, name, email, password };
}
