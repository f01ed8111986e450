import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single', semicolons: true }),
    react(),
    tailwindcss(),
  ],
  resolve: { tsconfigPaths: true },
  build: {
    // The content security policy has no `data:` for fonts and scripts: nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // The changelog is the repository's. It is asked for by the import as it is written, then by its path.
    fs: { allow: ['.', '../CHANGELOG.md?url', '../CHANGELOG.md'] },
    proxy: { '/v1': { target: 'http://127.0.0.1:8787', ws: true, rewriteWsOrigin: true } },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          testTimeout: 20_000,
          environment: 'jsdom',
          environmentOptions: { jsdom: { url: 'http://127.0.0.1:8787/' } },
          setupFiles: ['test/setup.ts'],
          include: ['src/**/*.test.{ts,tsx}', 'test/*.test.{ts,tsx}'],
        },
      },
      {
        extends: true,
        test: { name: 'look', include: ['test/look/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
      },
    ],
  },
});
