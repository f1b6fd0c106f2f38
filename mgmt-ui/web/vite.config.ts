import { defineConfig } from 'vite';

// `npm run dev` shows the pages with a broker's API behind them: CONEY=http://127.0.0.1:15672
const broker = process.env.CONEY ?? 'http://127.0.0.1:15672';

export default defineConfig({
  base: './', // below whatever path prefix the server has
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  server: { proxy: { '/api': broker } },
  build: {
    outDir: process.env.CONEY_WEB_OUT ?? '../../build/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
