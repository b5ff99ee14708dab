import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/test/longest-first.ts';

/** Many tests wait for servers, locks and limits: two workers leave a part of two cores idle. One number for both projects. */
const WORKERS = 3;

// `unit`: logic beside the code, no services, seconds. `services`: promises against real servers.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 60_000, // of long searches for a counterexample, on a machine with other work
          maxWorkers: WORKERS,
          expect: { poll: { timeout: 30_000 } },
          isolate: false, // they share modules, whose import is a third of their time; none may change one
        },
      },
      {
        test: {
          name: 'services',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...(process.env.PGBACKUPER_SCALE === '1' ? [] : ['test/**/*.scale.test.ts']),
            ...(process.env.PGBACKUPER_IMAGE === '1' ? [] : ['test/**/*.image.test.ts']),
            ...(process.env.PGBACKUPER_CELERY === '1' ? [] : ['test/**/*.celery.test.ts']),
            ...(process.env.PGBACKUPER_FAULTS ? [] : ['test/**/*.long.test.ts']),
          ],
          setupFiles: ['test/retry.ts'],
          testTimeout: 300_000, // a bound for what hangs: tests of speed have their own, and a machine may have other work
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } }, // for states; a test gives no shorter time of its own
          maxWorkers: WORKERS,
          retry: 1, // real servers on a shared machine; the report shows a test that needed it
        },
      },
    ],
  },
});
