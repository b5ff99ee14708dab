import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLabel } from '@postgres-backuper/format';
import {
  type HttpGateway,
  type Major,
  type Postgres,
  type S3Server,
  startHttpGateway,
  startMinio,
  startPostgres,
  tryRun,
} from '@postgres-backuper/testing';
import { expect } from 'vitest';
import { type CliEnd, runCli, serverVariables } from '../cli/run-cli.ts';

const DBNAME = 'large "db"';
const NAME = 'large';
const BUCKET = 'parts';

/** For a repository without encryption or signatures. */
export const KEYLESS = Object.fromEntries(
  ['PUBLIC_KEY', 'PRIVATE_KEY', 'PRIVATE_KEY_PASSPHRASE', 'SIGNING_KEY', 'SIGNER_KEY'].map((key) => [
    `BACKUP_${key}`,
    '',
  ]),
);

type Variables = Readonly<Record<string, string>>;

interface Job {
  readonly ended: Promise<CliEnd>;
  signal(name: NodeJS.Signals): void;
}

/** A server, a bucket, keys, and jobs that share nothing but those. */
export interface PartsBench {
  readonly postgres: Postgres;
  /** On the way to the S3 server of those jobs that are given its endpoint. */
  readonly gateway: HttpGateway;
  run(args: readonly string[], more?: Variables): Promise<CliEnd>;
  /** The same, and how to send the process a signal. */
  begin(args: readonly string[], more?: Variables): Job;
  /** The same; resolves once it puts an object with such a name, which waits until the gateway is set anew. */
  beginHeld(args: readonly string[], name: RegExp): Promise<Job>;
  /** Resolves once the backup's folder has an object with such a name. */
  until(label: string, name: RegExp): Promise<void>;
  /** Names of the objects in the backup's folder. */
  namesOfData(label: string): Promise<readonly string[]>;
  labels(): Promise<readonly string[]>;
  /** Verifies every byte and restores; compares rows and large objects with the original. */
  proves(label: string, into: string): Promise<void>;
  /** Compares rows, indexes and large objects with the original, and that nothing of a restore is left. */
  isWhole(into: string): Promise<void>;
  /** By the blocks of the page, into a database of the original's name. */
  restoreWithoutUs(label: string, repository: string): Promise<void>;
  stop(): Promise<void>;
}

/** Segments of the first worker after its first one. */
export const LATER_SEGMENT = /segment-0026214[5-9]/;

export function newLabel(): string {
  return createLabel(Date.now());
}

/** Tables of different sizes, partitions, a table that pg_dump must read, large objects. `times`: how large they are. */
export async function createLargeDatabase(postgres: Postgres, times = 1): Promise<void> {
  await postgres.createDatabase(DBNAME);
  const tables = [1, 2, 3, 4, 5].map(
    (n) =>
      `CREATE TABLE "t ""${n}" AS SELECT g, md5(g::text) AS text, repeat('x', g % 50) AS more
         FROM generate_series(1, ${n * 6000 * times}) g;`,
  );
  await postgres.psql(
    `${tables.join('\n')}
     CREATE TABLE p (k int, v text) PARTITION BY LIST (k);
     CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
     INSERT INTO p SELECT 1 + g % 2, md5(g::text) FROM generate_series(1, 30000) g;
     CREATE TABLE guarded AS SELECT g FROM generate_series(1, 20000) g; ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
     CREATE UNIQUE INDEX ON "t ""5" (g); CREATE INDEX ON "t ""5" (text); ALTER TABLE "t ""4" ADD PRIMARY KEY (g);
     CREATE TABLE small (id int PRIMARY KEY); INSERT INTO small VALUES (1), (2);
     SELECT lo_from_bytea(0, 'large object')`,
    DBNAME,
  );
}

/** 20 MB that do not compress, in one object with a grant and a comment, and some small ones. */
export async function createLargeObjects({ psql }: Postgres): Promise<void> {
  await psql(
    `SELECT lo_from_bytea(4000000, string_agg(sha512(i::text::bytea), ''::bytea)) FROM generate_series(1, 330000) i;
     SELECT count(lo_from_bytea(0, sha256(i::text::bytea))) FROM generate_series(1, 20) i;
     GRANT SELECT ON LARGE OBJECT 4000000 TO public; COMMENT ON LARGE OBJECT 4000000 IS 'a film'`,
    DBNAME,
  );
}

const LARGE_OBJECTS = `SELECT string_agg(concat_ws(' ', oid, lomowner::regrole, lomacl, obj_description(oid, 'pg_largeobject'),
  md5(lo_get(oid))), E'\\n' ORDER BY oid) FROM pg_largeobject_metadata`;

const SUMS = `SELECT string_agg(t || ' ' || n, E'\\n' ORDER BY t) FROM (
  SELECT c.oid::regclass::text AS t, (xpath('/row/s/text()', query_to_xml(format(
    'SELECT count(*) || '' '' || coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) AS s FROM ONLY %s x', c.oid::regclass), false, true, '')))[1]::text AS n
    FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) s`;

const INDEXES = `SELECT string_agg(indexdef, E'\\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public'`;
const SCHEMAS = `SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'`;

export async function startBench(major: Major): Promise<PartsBench> {
  const [postgres, minio] = await Promise.all([startPostgres({ major }), startMinio()]);
  const gateway = await startHttpGateway(minio.endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'parts-'));
  await chmod(folder, 0o700);
  const env = await variables({ postgres, minio, folder });
  const run: PartsBench['run'] = (args, more = {}) => runCli([...args, '--name', NAME], { ...env, ...more });
  const namesOfData = (label: string): Promise<readonly string[]> =>
    readdir(join(minio.dataDir, BUCKET, NAME, 'data', label)).catch(() => []);
  const until = async (label: string, name: RegExp): Promise<void> => {
    while (!(await namesOfData(label)).some((one) => name.test(one))) await sleep(10);
  };
  const isWhole = async (into: string): Promise<void> => {
    for (const query of [SUMS, INDEXES, SCHEMAS, LARGE_OBJECTS])
      expect(await postgres.psql(query, into)).toBe(await postgres.psql(query, DBNAME));
  };
  const begin: PartsBench['begin'] = (args, more = {}) => {
    let child: ChildProcess | undefined;
    const ended = runCli([...args, '--name', NAME], { ...env, ...more }, (one) => {
      child = one;
    });
    return { ended, signal: (name) => void child?.kill(name) };
  };
  return {
    ...{ postgres, gateway, run, begin, namesOfData, until, isWhole },
    async beginHeld(args, name) {
      gateway.set({ on: new RegExp(`^PUT .*/${name.source}`), does: 'holds' });
      const job = begin(args, { MINIO_ENDPOINT: gateway.endpoint });
      await expect.poll(() => gateway.hits).toBeGreaterThan(0);
      return job;
    },
    labels: async () => {
      const { stdout } = await run(['list', '--json']);
      return JSON.parse(stdout).result.repositories.flatMap((one: { backups: { label: string }[] }) =>
        one.backups.map(({ label }) => label),
      );
    },
    async proves(label, into) {
      const verified = await run(['verify', label, '--level', 'content', '--json']);
      expect(verified.status, verified.stderr).toBe(0);
      const restored = await run(['restore', label, '--into', into]);
      expect(restored.status, restored.stderr).toBe(0);
      await isWhole(into);
      const out = await mkdtemp(join(folder, `${into}-`)); // another one for each try
      const exported = await run(['export', label, out]);
      expect(exported.status, exported.stderr).toBe(0);
    },
    async restoreWithoutUs(label, repository) {
      const page = await readFile(join(import.meta.dirname, '../../docs/restore-without-us.md'), 'utf8');
      const blocks = Array.from(page.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block);
      await writeFile(join(folder, 'restore.sh'), blocks.join(''));
      const where = { REPOSITORY: repository, NAME, LABEL: label };
      const env = { ...process.env, ...postgres.env, ...where };
      const ended = await tryRun('sh', [join(folder, 'restore.sh')], { env });
      expect(ended.status, ended.stderr).toBe(0);
    },
    async stop() {
      await Promise.allSettled([gateway.stop(), postgres.stop(), minio.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function variables({ postgres, minio, folder }: { postgres: Postgres; minio: S3Server; folder: string }) {
  const [keys, passphrase] = [join(folder, 'keys'), randomBytes(9).toString('hex')];
  const home = { HOME: folder, TMPDIR: folder, BACKUP_PRIVATE_KEY_PASSPHRASE: passphrase };
  const made = await runCli(['keygen', '--output', keys], home);
  expect(made.status, made.stderr).toBe(0);
  await minio.createBucket(BUCKET);
  return {
    ...home,
    ...serverVariables(postgres),
    PG_DB: DBNAME,
    BACKUP_REPOSITORY: `s3://${BUCKET}/`,
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
    BACKUP_PUBLIC_KEY: join(keys, 'backup-public.asc'),
    BACKUP_PRIVATE_KEY: join(keys, 'backup-private.asc'),
    BACKUP_SIGNING_KEY: join(keys, 'backup-private.asc'),
    BACKUP_SIGNER_KEY: join(keys, 'backup-public.asc'),
    BACKUP_DEDUP_SECRET: (await readFile(join(keys, 'backup-dedup-secret.txt'), 'utf8')).trim(),
  };
}
