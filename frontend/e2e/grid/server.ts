import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { createServer } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Serves the grid alone: no system stands behind it, the tests answer for it. */
export async function serveGrid() {
  const server = await createServer({
    configFile: false,
    root: at('.'),
    logLevel: 'error',
    cacheDir: at('../../node_modules/.vite-grid'),
    plugins: [tailwindcss(), svelte({ configFile: false })],
    resolve: { alias: { $lib: at('../../src/lib') } },
    server: { port: 0, host: '127.0.0.1', fs: { allow: [at('../..')] } },
  });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}
