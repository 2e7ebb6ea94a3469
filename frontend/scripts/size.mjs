// Prints the JavaScript that the first load of the app and of each route fetches, gzipped, and fails
// when a budget is exceeded: 110 kB for the base, 60 kB more for any route.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BASE_BUDGET = 110_000;
const ROUTE_BUDGET = 60_000;

const manifest = JSON.parse(readFileSync('.svelte-kit/output/client/.vite/manifest.json', 'utf8'));
const nodes = Object.keys(manifest).filter((key) =>
  /generated\/client-optimized\/nodes\//.test(key),
);

/** Every file that a chunk brings along before it can run. */
function closure(/** @type {string} */ key, /** @type {Set<string>} */ seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const other of chunk.imports ?? []) closure(other, seen);
  return seen;
}

/** @type {Map<string, number>} */
const sizes = new Map();
function gzipped(/** @type {string} */ file) {
  const known = sizes.get(file) ?? gzipSync(readFileSync(`build/${file}`)).length;
  sizes.set(file, known);
  return known;
}
const total = (/** @type {Iterable<string>} */ files) =>
  [...files].reduce((sum, file) => sum + gzipped(file), 0);
const node = (/** @type {number} */ number) =>
  nodes.find((key) => key.endsWith(`/${number}.js`)) ?? '';

const app = readFileSync('.svelte-kit/generated/client-optimized/app.js', 'utf8');
// "/(app)/clients": [5,[2]] – the page's own node, then its layouts'.
const routes = [...app.matchAll(/"(\/[^"]*)": \[~?(-?\d+)(?:,\[([\d,]*)\])?/g)].map((found) => ({
  route: found[1] ?? '',
  page: Number(found[2]),
  layouts: (found[3] ?? '').split(',').filter(Boolean).map(Number),
}));

const entries = Object.keys(manifest).filter(
  (key) => manifest[key].isEntry && !nodes.includes(key),
);
const shell = routes.find(({ layouts, route }) => layouts.length > 0 && route.startsWith('/(app)'));
const base = new Set();
for (const key of [...entries, node(0), ...(shell?.layouts ?? []).map(node)]) {
  for (const file of closure(key)) base.add(file);
}

const kilo = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
let over = total(base) > BASE_BUDGET;
console.log(`${kilo(total(base))}  base (budget ${kilo(BASE_BUDGET).trim()})`);
for (const { route, page, layouts } of routes) {
  const files = new Set([page, ...layouts].flatMap((number) => [...closure(node(number))]));
  const extra = total([...files].filter((file) => !base.has(file)));
  over ||= extra > ROUTE_BUDGET;
  console.log(`${kilo(extra)}  + ${route}`);
}
if (over) {
  console.error(`Over budget: base ${kilo(BASE_BUDGET)}, a route ${kilo(ROUTE_BUDGET)} more.`);
  process.exit(1);
}
