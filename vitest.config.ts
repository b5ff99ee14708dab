import { defineConfig } from 'vitest/config';

// `unit`: logic beside the code, no services, seconds. `services`: promises against real servers.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'services',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...(process.env.PGBACKUPER_SCALE === '1' ? [] : ['test/**/*.scale.test.ts']),
            ...(process.env.PGBACKUPER_FAULTS ? [] : ['test/**/*.long.test.ts']),
          ],
          setupFiles: ['test/retry.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          retry: 1, // real servers on a shared machine; the report shows a test that needed it
        },
      },
    ],
  },
});
