import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSampleDatabase,
  type Postgres,
  runBackuper,
  snapshotOf,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const majors = testMajors();
const newestMajor = majors.at(-1)!;
const pairs = majors.flatMap((from) => majors.map((to) => [from, to] as const));

const cameBack = new Set<string>();
/** Set by hand to write the table anew, with all majors in PGBACKUPER_MAJORS. */
const writesTable = process.env.PGBACKUPER_WRITE_TABLES === '1';
const PAGE = join(import.meta.dirname, '../../docs/restore.md');
const TABLE = /(?<=<!-- versions: .*-->\n\n)[^<]*(?=\n<!-- versions end -->)/;

describe('with the client programs of all versions at hand', () => {
  let servers: ReadonlyMap<number, Postgres>;
  let folder = '';
  let binDirs = '';
  beforeAll(async () => {
    const started = await Promise.all(majors.map((major) => startPostgres({ major })));
    servers = new Map(started.map((server) => [server.major, server]));
    binDirs = JSON.stringify(started.map(({ binDir }) => binDir));
    folder = await mkdtemp(join(tmpdir(), 'versions-'));
  });
  afterAll(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });
  const server = (major: number) => servers.get(major)!;
  const repository = (from: number) => ({ BACKUP_REPOSITORY: join(folder, `${from}`), BACKUP_ENCRYPTION: 'none' });
  const run = async (args: readonly string[], on: Postgres, env: Readonly<Record<string, string>>) => {
    const end = await runBackuper(args, { ...on.env, PGDATABASE: 'shop', ...env });
    expect(end.status, end.stderr).toBe(0);
  };
  const kinds = (lines: readonly string[]) =>
    lines.filter((line) => /^CREATE (TABLE|TRIGGER|VIEW|FUNCTION|RULE|POLICY)/.test(line));
  const expectSame = async (from: number, to: number, into: string) => {
    const [before, after] = await Promise.all([snapshotOf(server(from), 'shop'), snapshotOf(server(to), into)]);
    expect(after.tables).toEqual(before.tables);
    expect(after.sequences).toEqual(before.sequences);
    expect(after.largeObjects).toEqual(before.largeObjects);
    expect(after.database).toEqual(before.database);
    expect(kinds(after.schema)).toEqual(kinds(before.schema));
  };

  test.each(majors)('a backup of %i is made by the newest, and a drill on its own version proves it', async (from) => {
    await createSampleDatabase(server(from), { dbname: 'shop', megabytes: 5 });
    await server(from).psql("COMMENT ON SCHEMA public IS 'ours'", 'shop');
    await run(['backup'], server(from), { ...repository(from), PG_BIN_DIR: binDirs });
    const commits = join(folder, `${from}`, 'shop/backups');
    const [commit] = (await readdir(commits)).filter((name) => name.endsWith('.json'));
    const { clientVersion } = JSON.parse(await readFile(join(commits, commit!), 'utf8')) as { clientVersion: string };
    expect(Number.parseInt(clientVersion, 10)).toBe(newestMajor);
    await run(['verify', 'latest', '--level', 'restore'], server(from), { ...repository(from), PG_BIN_DIR: binDirs });
  });

  test.each(pairs)('a backup of %i comes back on %i with all its rows, sequences, large objects', async (from, to) => {
    const into = `from ${from}`;
    const older = to < from ? ['--to-older'] : [];
    const args = ['restore', 'latest', '--into', into, ...older];
    await run(args, server(to), { ...repository(from), PG_BIN_DIR: binDirs });
    await expectSame(from, to, into);
    // pg_dump before 15 loses it
    const comment = "SELECT obj_description('public'::regnamespace)";
    expect(await server(to).psql(comment, into)).toBe('ours');
    cameBack.add(`${from} ${to}`);
  });

  test('docs/restore.md claims no pair that did not come back', async () => {
    const page = await readFile(PAGE, 'utf8');
    if (writesTable) return writeFile(PAGE, page.replace(TABLE, tableOf(majors, cameBack)));
    const tried = new Set(majors.map(String));
    const claimed = pairsIn(TABLE.exec(page)?.[0] ?? '').filter((pair) =>
      pair.split(' ').every((one) => tried.has(one)),
    );
    expect(claimed.sort()).toEqual([...cameBack].sort());
  });

  test.each(majors.slice(0, -1))(`a backup of %i made by its own client comes back on ${newestMajor}`, async (from) => {
    const own = { BACKUP_REPOSITORY: join(folder, `own ${from}`), BACKUP_ENCRYPTION: 'none' };
    await run(['backup'], server(from), { ...own, PG_BIN_DIR: server(from).binDir });
    const newest = server(newestMajor);
    await run(['restore', 'latest', '--into', `own ${from}`], newest, { ...own, PG_BIN_DIR: newest.binDir });
    await expectSame(from, newestMajor, `own ${from}`);
  });
});

function tableOf(all: readonly number[], good: ReadonlySet<string>): string {
  const cells = (from: number) =>
    all.map((to) => (good.has(`${from} ${to}`) ? (to < from ? '`--to-older`' : 'yes') : '–'));
  const lines = all.map((from) => `| **${from}** | ${cells(from).join(' | ')} |`);
  return [`| from, to | ${all.join(' | ')} |`, `|---${'|---'.repeat(all.length)}|`, ...lines, ''].join('\n');
}

/** The pairs that are claimed: `14 18`. */
function pairsIn(table: string): string[] {
  const lines = table.trim().split('\n');
  const [head = [], , ...rows] = lines.map((line) => line.split('|').map((cell) => cell.replaceAll('*', '').trim()));
  return rows.flatMap((row) =>
    row.flatMap((cell, at) => (['yes', '`--to-older`'].includes(cell) ? [`${row[1]} ${head[at]}`] : [])),
  );
}
