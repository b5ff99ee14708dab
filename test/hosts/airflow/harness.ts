import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import {
  type Airflow,
  airflowPython,
  celeryEngine,
  createAirflow,
  freePort,
  type Postgres,
  run,
  type S3Server,
  type Service,
  startMinio,
  startPostgres,
  startService,
} from '@postgres-backuper/testing';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Secrets that must not be found anywhere but where they were put; each is a word that nothing else holds. */
export const CANARIES = {
  password: 'canary-of-the-database',
  passphrase: 'canary-of-the-key',
  dedupSecret: 'canaryOfDifferentials0123456789abcdefghijkA=', // 32 bytes in base64
} as const;

export interface Stage {
  readonly postgres: Postgres;
  readonly minio: S3Server;
  readonly airflow: Airflow;
  readonly folder: string;
  readonly secrets: readonly string[];
  remove(): Promise<void>;
}

export const SITE = 'site/postgres_backuper_airflow';

/** PostgreSQL, MinIO, and an Airflow in which the wheel, made from the sources, is installed. */
export async function createStage(
  environment: Readonly<Record<string, string>> = {},
  { isConnected = true, hasCelery = false }: { isConnected?: boolean; hasCelery?: boolean } = {},
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'airflow-'));
  const smtp = await startMailServer(folder);
  const servers = [startPostgres({ major: 18, password: CANARIES.password }), startMinio()] as const;
  const [postgres, minio] = await Promise.all([...servers, installWheel(folder)]);
  await minio.createBucket('postgres-backup');
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g; CREATE TABLE b (n int)', 'app');
  const keys = await generateKeyPair({ passphrase: CANARIES.passphrase, now: Date.now() });
  const [publicKey, privateKey] = [keys.publicKey, keys.privateKey].map((key) => Buffer.from(key).toString('base64'));
  await writeFile(join(folder, 'backup-public.asc'), keys.publicKey);
  await writeFile(join(folder, 'backup-private.asc'), keys.privateKey);
  const connections = {
    AIRFLOW_CONN_POSTGRES_DEFAULT: connection(postgres, 'app'),
    AIRFLOW_CONN_MINIO_DEFAULT: JSON.stringify({
      ...{ conn_type: 'aws', login: minio.accessKey, password: minio.secretKey },
      extra: { endpoint_url: minio.endpoint },
    }),
    AIRFLOW_CONN_POSTGRES_BACKUPER_KEYS: JSON.stringify({
      conn_type: 'generic',
      extra: { public_key: publicKey, private_key: privateKey, private_key_passphrase: CANARIES.passphrase },
    }),
  };
  await cp(join(import.meta.dirname, 'dags'), join(folder, 'dags'), { recursive: true });
  await cp(join(folder, SITE, 'dags'), join(folder, 'dags'), { recursive: true });
  const airflow = await createAirflow({
    home: join(folder, 'home'),
    dagsFolder: join(folder, 'dags'),
    engine: hasCelery ? await celeryEngine(postgres, folder) : undefined,
    environment: {
      ...{ PYTHONPATH: join(folder, 'site'), BACKUP_PG_BIN_DIR: postgres.binDir, TMPDIR: await made(folder, 'tmp') },
      ...{ POSTGRES_BACKUPER_RETRIES: '1', POSTGRES_BACKUPER_RETRY_DELAY: '1' },
      ...(isConnected ? connections : {}),
      AIRFLOW_CONN_SMTP_DEFAULT: JSON.stringify({
        ...{ conn_type: 'smtp', host: '127.0.0.1', port: smtp.port },
        extra: { disable_ssl: true, disable_tls: true, from_email: 'airflow@example.com' },
      }),
      AIRFLOW_VAR_LOCAL_BACKUP_DIR: join(folder, 'local'),
      ...environment,
    },
  });
  // the end of the key, because each begins alike
  const secrets = [...Object.values(CANARIES), minio.secretKey, (privateKey ?? '').slice(-200, -20)];
  const remove = async () => {
    await Promise.allSettled([postgres.stop(), minio.stop(), smtp.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { postgres, minio, airflow, folder, secrets, remove };
}

/** A real SMTP server, which puts each mail into a file below `mails`. */
async function startMailServer(folder: string): Promise<Service & { readonly port: number }> {
  const port = await freePort();
  const program = await airflowPython();
  const args = [
    '-m',
    'aiosmtpd',
    '-n',
    '-l',
    `127.0.0.1:${port}`,
    '-c',
    'aiosmtpd.handlers.Mailbox',
    join(folder, 'mails'),
  ];
  const isReady = () => tryConnect(port);
  return { ...(await startService({ name: 'smtp', program, args: () => args, isReady })), port };
}

function tryConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A Connection as the JSON that a variable of Airflow takes. */
export function connection(
  { host, port, user, password }: Pick<Postgres, 'host' | 'port' | 'user' | 'password'>,
  schema: string,
): string {
  return JSON.stringify({
    conn_type: 'postgres',
    host,
    port,
    login: user,
    password,
    schema,
    extra: { sslmode: 'prefer' },
  });
}

/** As `pip install ./airflow` does it in a checkout with this state's `dist/`. */
async function installWheel(folder: string): Promise<void> {
  await buildBundle(ROOT, join(folder, 'tree/dist'));
  await cp(join(ROOT, 'airflow'), join(folder, 'tree/airflow'), { recursive: true });
  await cp(join(ROOT, 'packages/cli/package.json'), join(folder, 'tree/packages/cli/package.json'));
  await cp(join(ROOT, 'docs/hosts/airflow.md'), join(folder, 'tree/docs/hosts/airflow.md')); // its table is tested
  const asked = ['--quiet', '--disable-pip-version-check', '--no-build-isolation', '--no-deps'];
  const python = await airflowPython();
  const pip = ['-m', 'pip', '--python', python, 'install', ...asked];
  await run('python3', [...pip, '--target', join(folder, 'site'), join(folder, 'tree/airflow')]);
}

async function made(folder: string, name: string): Promise<string> {
  await mkdir(join(folder, name));
  return join(folder, name);
}

/** The text of every file below a folder. */
export async function textsBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const)));
}
