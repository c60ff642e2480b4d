import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `base` is relative, so that the built page works from any folder of any server and from inside the host.
export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Ant Design and ECharts are large by nature; the warning would only be noise.
    chunkSizeWarningLimit: 2000,
  },
  // `npm run dev` serves the page; what belongs to a host is passed on to one started beside it.
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8080', ws: true } } },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
