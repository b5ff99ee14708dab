import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryRun } from '@postgres-backuper/testing';
import { describe, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'simulated-backup.ts');
const PARTS = ['backup', 'verify', 'read', 'lists'] as const;

interface Case {
  readonly segments: number;
  readonly tables: number;
  /** Of the process's peak; Node.js and the sources take about 105. */
  readonly limitMib: Readonly<Record<(typeof PARTS)[number], number>>;
  readonly timeoutMs: number;
}

function describeCase({ segments, tables, limitMib, timeoutMs }: Case): void {
  describe(`a simulated backup of ${segments} segments and ${tables} tables`, () => {
    it('is stored, confirmed, committed, verified, read and listed by parts in bounded memory', {
      timeout: timeoutMs,
    }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'simulated-'));
      try {
        for (const part of PARTS) {
          const args = [PROGRAM, part, folder, String(segments), String(tables)];
          const end = await tryRun(process.execPath, args, { env: { PATH: '/usr/bin:/bin' } });
          expect(end.stderr).toBe('');
          const { mebibytes, seconds } = JSON.parse(end.stdout) as { mebibytes: number; seconds: number };
          console.log(`${part}: ${mebibytes} MiB, ${seconds} s`);
          expect(mebibytes, part).toBeLessThanOrEqual(limitMib[part]);
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
}

const SMALL = { backup: 220, verify: 220, read: 220, lists: 220 };
describeCase({ segments: 3000, tables: 1, limitMib: SMALL, timeoutMs: 300_000 });
describeCase({ segments: 1000, tables: 1000, limitMib: SMALL, timeoutMs: 300_000 });

// minutes: only for `pnpm test:scale`
if (process.env.PGBACKUPER_SCALE === '1') {
  describeCase({
    segments: 1_200_000,
    tables: 1,
    limitMib: { backup: 448, verify: 320, read: 384, lists: 512 },
    timeoutMs: 1_800_000,
  });
  describeCase({
    segments: 100_000,
    tables: 100_000,
    limitMib: { backup: 800, verify: 256, read: 384, lists: 256 },
    timeoutMs: 1_800_000,
  });
}
