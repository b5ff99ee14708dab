/**
 * `pnpm servers [MAJOR]`: a PostgreSQL (default 18) with a sample database 'shop' and a MinIO with a bucket, for trying
 * things by hand. Prints the variables by which psql, our commands and S3 clients connect. Ctrl-C ends both servers and
 * removes everything.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSampleDatabase,
  MAJORS,
  type Postgres,
  type S3Server,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';

const BUCKET = 'backups';

process.umask(0o077);
const major = MAJORS.find((known) => String(known) === (process.argv[2] ?? '18'));
if (major === undefined || process.argv.length > 3) {
  console.error(`usage: pnpm servers [${MAJORS.join('|')}]`);
  process.exit(2);
}
const stopped = untilStopped();
const folder = await mkdtemp(join(tmpdir(), 'servers-'));
const servers: { stop(): Promise<void> }[] = [];
try {
  const postgres = await startPostgres({ major, onDisk: true });
  servers.push(postgres);
  const minio = await startMinio();
  servers.push(minio);
  await minio.createBucket(BUCKET);
  await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 3 });
  const env = await writeEnvironment(postgres, minio);
  console.log(`PostgreSQL ${postgres.version} with the sample database 'shop', and MinIO with the bucket '${BUCKET}'.`);
  console.log(`In another shell: . ${env.file}\n\n${env.text}`);
  console.log(
    `then e.g.: "$PG_BIN_DIR/psql", npx --yes pnpm@12 cli backup --encryption none. Ctrl-C ends the servers.`,
  );
  await stopped;
} finally {
  await Promise.allSettled(servers.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
}

/** Resolves at the first signal; the servers end with this process in any case. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve());
  });
}

/** Secrets are in files of their own: these lines may be seen, or kept in a shell's history. */
async function writeEnvironment(
  server: Postgres,
  storage: S3Server,
): Promise<{ readonly file: string; readonly text: string }> {
  const keep = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const variables = {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGDATABASE: 'shop',
    PGPASSFILE: await keep('pgpass', `${server.host}:${server.port}:*:${server.user}:${server.password}\n`),
    PG_BIN_DIR: server.binDir,
    MINIO_ENDPOINT: storage.endpoint,
    MINIO_ACCESS_KEY: storage.accessKey,
    MINIO_SECRET_KEY_FILE: await keep('minio-secret-key', storage.secretKey),
    MINIO_BUCKET: BUCKET,
  };
  const text = Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('');
  return { file: await keep('env', text), text };
}
