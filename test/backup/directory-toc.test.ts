import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type ArchiveToc,
  customToc,
  directoryToc,
  findPrograms,
  newestPrograms,
  openSnapshot,
  readToc,
  startDumpToc,
} from '@postgres-backuper/postgres';
import { createSampleDatabase, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverOf } from '../restore/harness.ts';
import { testContext } from '../test-context.ts';
import { withoutTime } from './split-harness.ts';

const run = promisify(execFile);
const EVERYTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };

function read(bytes: Buffer): ArchiveToc {
  const toc = readToc(bytes);
  if (toc === undefined) throw new Error('the archive is incomplete');
  return { toc, bytes };
}

describe.each([14, 15, 16, 17, 18] as const)('the table of contents of pg_dump %i', (major) => {
  let server: Postgres;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres({ major });
    folder = await mkdtemp(join(tmpdir(), 'directory-toc-'));
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Into a new folder or file of that name. */
  const dump = async (dbname: string, format: 'custom' | 'directory'): Promise<string> => {
    const path = join(folder, `${dbname}-${format}`);
    await rm(path, { recursive: true, force: true });
    const args = ['--compress=0', '--no-blobs', `--format=${format}`, `--file=${path}`, dbname];
    await run(join(server.binDir, 'pg_dump'), args, { env: server.env });
    return path;
  };
  const list = async (path: string): Promise<string> => {
    const { stdout } = await run(join(server.binDir, 'pg_restore'), ['--list', path], { maxBuffer: 2 ** 26 });
    return stdout.replace(/^; Archive created at .*$/m, '');
  };

  it('is listed by pg_restore alike when it was made from that of the other format', async () => {
    await createSampleDatabase(server, { dbname: 'sample', megabytes: 1 });
    const [directory, custom] = [await dump('sample', 'directory'), await dump('sample', 'custom')];
    const [inDirectory, inCustom] = [await list(directory), await list(custom)];
    expect(inDirectory.match(/ TABLE DATA /g)?.length).toBeGreaterThan(5);
    const [tocDat, archive] = [await readFile(join(directory, 'toc.dat')), await readFile(custom)];
    await writeFile(join(directory, 'toc.dat'), directoryToc(read(archive)));
    expect(await list(directory)).toBe(inDirectory);
    await writeFile(custom, customToc(read(tocDat)));
    expect(await list(custom)).toBe(inCustom);
    expect(directoryToc(read(customToc(read(tocDat)))).equals(tocDat)).toBe(true);
  });

  it.each([
    ['rows', 'CREATE TABLE t AS SELECT generate_series(1, 100000)', 1],
    ['no_rows', 'SELECT 1', 0],
  ])('is told by one that ends by itself, and leaves nothing: a database with %s', async (dbname, statement, files) => {
    await server.createDatabase(dbname);
    await server.psql(statement, dbname);
    const context = { ...testContext(), tempDir: await mkdtemp(join(folder, 'temp-')) };
    const target = serverOf(server, dbname);
    const programs = newestPrograms(await findPrograms(target, context));
    const [pgDump, said] = [join(folder, `pg_dump-${dbname}`), join(folder, `said-${dbname}`)];
    await writeFile(pgDump, `#!/bin/sh\n'${programs.pgDump}' "$@" 2> '${said}'\n`, { mode: 0o755 });
    const client = { server: target, programs: { ...programs, pgDump } };
    const snapshot = await openSnapshot(client, context);
    const before = server.log().length;
    const options = { snapshotId: snapshot.id, encoding: 'UTF8', selection: EVERYTHING, lockTimeoutMs: 10_000 };
    const { toc, bytes } = await startDumpToc(client, options, context).archive;
    const lines = server.log().slice(before).split('\n');
    expect(lines.filter((line) => line !== '' && !/LOG: {2}checkpoint /.test(line))).toEqual([]);
    expect(await readFile(said, 'utf8')).toMatch(files === 0 ? /^$/ : /file name too long/); // no data file was made
    expect(await readdir(context.tempDir)).toEqual([]);
    await snapshot.close();
    const names = toc.entries.flatMap(({ fileName }) => (fileName === '' ? [] : fileName));
    const written = await dump(dbname, 'directory');
    expect([...names, 'toc.dat'].sort()).toEqual((await readdir(written)).sort());
    expect(names).toHaveLength(files);
    expect(withoutTime(bytes).equals(withoutTime(await readFile(join(written, 'toc.dat'))))).toBe(true);
  });
});
