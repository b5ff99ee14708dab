import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { directoryToc, readToc } from '@postgres-backuper/postgres';
import { createSampleDatabase, startPostgres } from '@postgres-backuper/testing';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

describe.each([14, 15, 16, 17, 18] as const)('the toc.dat made from a custom archive of pg_dump %i', (major) => {
  it('is listed by pg_restore as the one that pg_dump writes into a directory', async () => {
    const server = await startPostgres({ major });
    const directory = await mkdtemp(join(tmpdir(), 'directory-toc-'));
    try {
      await createSampleDatabase(server, { dbname: 'sample', megabytes: 1 });
      const options = { env: { ...server.env, PGDATABASE: 'sample' }, maxBuffer: 64 * 1024 * 1024 };
      const dump = (...args: string[]) =>
        run(join(server.binDir, 'pg_dump'), ['--compress=0', '--no-blobs', ...args], options);
      const list = async () => {
        const { stdout } = await run(join(server.binDir, 'pg_restore'), ['--list', join(directory, 'dump')], options);
        return stdout.replace(/^; Archive created at .*$/m, '');
      };
      await dump('--format=directory', `--file=${join(directory, 'dump')}`);
      const written = await list();
      await dump('--format=custom', `--file=${join(directory, 'custom')}`);
      const bytes = await readFile(join(directory, 'custom'));
      const toc = readToc(bytes);
      if (toc === undefined) throw new Error('the archive is incomplete');
      await writeFile(join(directory, 'dump', 'toc.dat'), directoryToc({ toc, bytes }));
      expect(await list()).toBe(written);
      expect(written.match(/ TABLE DATA /g)?.length).toBeGreaterThan(5);
    } finally {
      await server.stop();
      await rm(directory, { recursive: true });
    }
  });
});
