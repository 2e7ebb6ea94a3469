import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

const gateway = process.env.GATEWAY_URL ?? 'http://localhost:8080';
// The host stays the page's own: the gateway renews a session for no other page.
const own = { target: gateway, changeOrigin: false };
const proxy = { '/api': own, '/tiles': own };

export default defineConfig({
  plugins: [tailwindcss(), sveltekit()],
  server: { proxy },
  preview: { proxy },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
