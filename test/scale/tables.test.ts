import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTablesDatabase } from '../../bench/database/many-tables.ts';

const ROWS_PER_TABLE = 20;

interface Case {
  readonly tables: number;
  /** What the process and each of its programs may open. */
  readonly descriptors: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

function describeCase({ tables, descriptors, settings, timeoutMs }: Case, restores: boolean): void {
  describe(`${tables} tables with ${descriptors} descriptors`, () => {
    const dbname = `tables_${tables}`;
    let server: Postgres;
    let folder: string;
    const cli = async (...args: string[]) => {
      const env = { ...server.env, PG_BIN_DIR: server.binDir, TMPDIR: folder, BACKUP_NAME: 'app' };
      const settled = { ...env, BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' };
      const limited = [
        '-c',
        'ulimit -n "$0" && exec "$@"',
        String(descriptors),
        process.execPath,
        BACKUPER_PROGRAM,
        ...args,
      ];
      const end = await tryRun('/bin/sh', limited, { env: { ...settled, PGDATABASE: dbname } });
      expect(end.stderr).not.toContain('✗');
      expect(end.status).toBe(0);
      return end.stdout;
    };

    beforeAll(async () => {
      server = await startPostgres({ major: 18, settings });
      folder = await mkdtemp(join(tmpdir(), 'tables-'));
      await createTablesDatabase(server, { dbname, tables });
    }, timeoutMs);
    afterAll(async () => {
      await server?.stop('immediate');
      await rm(folder, { recursive: true, force: true });
    }, timeoutMs);

    it('are backed up, and every row is read back', { timeout: timeoutMs }, async () => {
      const made = JSON.parse(await cli('backup', '--json'));
      expect(made.result.backups[0].totals).toMatchObject({ tables, rows: tables * ROWS_PER_TABLE });
      await cli('verify', '--level', 'content');
    });

    if (!restores) return;
    it('are restored', { timeout: timeoutMs }, async () => {
      await cli('restore', 'latest', '--into', 'restored');
      const count = `SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
      expect(Number(await server.psql(count, 'restored'))).toBe(tables);
      const last = `SELECT count(*), max(name) FROM table_${tables}`;
      expect(await server.psql(last, 'restored')).toBe(await server.psql(last, dbname));
    });
  });
}

describeCase({ tables: 5000, descriptors: 256, settings: {}, timeoutMs: 300_000 }, false);

// many minutes: only for `pnpm test:scale`
if (process.env.PGBACKUPER_SCALE === '1') {
  const settings = { max_locks_per_transaction: '2000' };
  describeCase({ tables: 100_000, descriptors: 1024, settings, timeoutMs: 3_600_000 }, true);
}
