#!/usr/bin/env node
// Measures how soon the coverage map shows its shops: from the click on "Mappa" to the first frame with them, in a real browser.
//
//     node bench/visits/map.mjs http://localhost:8080 E-MAIL PASSWORD [rounds]
//
// The installation (release binaries, the built web app) must have some 10,000 shops that this person sees; README.md says how to
// make them. Playwright comes from frontend/node_modules, the browser from CHROMIUM. Prints `figure | goal | measured | verdict`.

import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../frontend/package.json', import.meta.url))('@playwright/test');
const [base, email, password, rounds = '7'] = process.argv.slice(2);
const GOAL_MS = 500;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** In the page: follows the link and answers when the first frame with shops was shown, and when what went before was done. */
async function toFirstPaint() {
  const link = [...document.querySelectorAll('main a')].find((one) => one.href.includes('view=map'));
  const { arc } = CanvasRenderingContext2D.prototype;
  let drawn = 0;
  CanvasRenderingContext2D.prototype.arc = function (...given) {
    drawn ||= performance.now();
    return arc.apply(this, given);
  };
  const begun = performance.now();
  link.click();
  const shown = await new Promise((done) => {
    const look = () => {
      if (!drawn) setTimeout(look, 1);
      // The frame after the one that was drawn in: by then it is on the screen.
      else requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
    };
    look();
  });
  CanvasRenderingContext2D.prototype.arc = arc;
  const [answer] = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/coverage/map'));
  const since = (at) => Math.round(at - begun);
  // The second time the shops of the first are there until the answer comes.
  const asked = answer ? { asked: since(answer.startTime), answered: since(answer.responseEnd) } : {};
  return { shown: since(shown), drawn: since(drawn), ...asked };
}

async function round(browser) {
  const context = await browser.newContext({ locale: 'it-IT', timezoneId: 'Europe/Rome', viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(base);
  await page.getByLabel('E-mail').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.getByRole('button', { name: 'Accedi' }).click();
  await page.getByRole('heading', { level: 1, name: /^Ciao/ }).waitFor();
  await page.goto(`${base}/visits/coverage?view=list`);
  await page.locator('main tbody tr').first().waitFor();
  await page.waitForLoadState('networkidle');
  const first = await page.evaluate(toFirstPaint);
  const count = await page.getByRole('main').getByRole('status').first().innerText();
  await page.evaluate(() => performance.clearResourceTimings());
  await page.goBack();
  await page.locator('main tbody tr').first().waitFor();
  await page.waitForLoadState('networkidle');
  const again = await page.evaluate(toFirstPaint);
  await context.close();
  return { first, again, count };
}

function line(what, taken) {
  const sorted = taken.map(({ shown }) => shown).toSorted((a, b) => a - b);
  const [middle, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(`| ${what} | < ${GOAL_MS} ms | p50 ${middle} ms, most ${most} ms | ${most < GOAL_MS ? 'met' : '**not met**'} |`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
const taken = [];
for (let number = 0; number < Number(rounds); number += 1) taken.push(await round(browser));
await browser.close();
console.log(taken[0].count);
for (const { first, again } of taken) console.error(JSON.stringify({ first, again }));
line('coverage map to first paint, its code not loaded yet', taken.map(({ first }) => first));
line('coverage map to first paint, again', taken.map(({ again }) => again));
