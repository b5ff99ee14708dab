import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readToc } from '@postgres-backuper/postgres';
import { createSampleDatabase, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

describe.each(testMajors())('the table of contents of pg_dump %i', (major) => {
  let server: Postgres;
  let directory: string;

  beforeAll(async () => {
    server = await startPostgres({ major });
    await createSampleDatabase(server, { dbname: 'sample', megabytes: 1 });
    directory = await mkdtemp(join(tmpdir(), 'toc-'));
  });
  afterAll(async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const options = () => ({ env: { ...server.env, PGDATABASE: 'sample' }, maxBuffer: 64 * 1024 * 1024 });

  it.each([
    ['directory', 'toc.dat'],
    ['custom', ''],
  ])('is read as pg_restore reads it: %s format', async (format, inside) => {
    const file = join(directory, format);
    await rm(file, { recursive: true, force: true }); // of a first try
    await run(join(server.binDir, 'pg_dump'), [`--format=${format}`, '--compress=0', `--file=${file}`], options());
    const toc = readToc(await readFile(join(file, inside)));
    const { stdout } = await run(join(server.binDir, 'pg_restore'), ['--list', file], options());
    const listed = stdout.split('\n').filter((line) => /^\d+;/.test(line));
    const shown = toc?.entries.filter((entry) => !/^(ENCODING|STDSTRINGS|SEARCHPATH)$/.test(entry.description)) ?? [];
    const named = new Map(shown.map((entry) => [entry.dumpId, entry]));
    expect(listed.length).toBeGreaterThan(50);
    for (const line of listed) {
      const [, dumpId = '', oid = '', rest = ''] = /^(\d+); \d+ (\d+) (.*)$/.exec(line) ?? [];
      const entry = named.get(Number(dumpId));
      expect(entry?.oid).toBe(oid);
      expect(rest).toBe(`${entry?.description} ${entry?.schema || '-'} ${entry?.tag} ${entry?.owner}`);
    }
    expect(toc?.entries.filter((entry) => entry.copyStatement !== '').every((entry) => entry.hasData)).toBe(true);
  });

  it('asks for more bytes wherever it is cut, and reads nothing of them', async () => {
    const bytes = await readFile(join(directory, 'directory', 'toc.dat'));
    for (const length of [0, 4, 5, 30, 100, 1000, bytes.length - 1])
      expect(readToc(bytes.subarray(0, length))).toBeUndefined();
  });

  it('refuses what is no archive', () => {
    expect(() => readToc(Buffer.alloc(100, 'x'))).toThrow("archive of unknown version '120.120'");
  });
});
