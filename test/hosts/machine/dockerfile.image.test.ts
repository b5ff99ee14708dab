import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import {
  buildImageRoot,
  type ImageRoot,
  inRoot,
  MAJORS,
  makeNodeRoot,
  type Postgres,
  run,
  startPostgres,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';
import { blocksOf, PASSPHRASE, settle } from '../../docs/start-page.ts';

// minutes, and root: collected by `pnpm test:image` only
const ROOT = join(import.meta.dirname, '../../..');
let place: string;
let folder: string;
let image: ImageRoot;
const servers: Postgres[] = [];

beforeAll(async () => {
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const [, node, suite = ''] = /^FROM node:(\d+)-(\w+)-slim$/m.exec(dockerfile) ?? [];
  expect(process.versions.node.split('.')[0]).toBe(node);
  place = await mkdtemp(join(tmpdir(), 'image-'));
  folder = join(place, 'root');
  const context = join(place, 'clone');
  await buildBundle(ROOT, join(context, 'dist'));
  await copyFile(join(ROOT, 'LICENSE'), join(context, 'LICENSE'));
  await makeNodeRoot(folder, suite);
  image = await buildImageRoot({ dockerfile, context, folder });
  for (const major of [14, 18] as const) servers.push(await startPostgres({ major }));
}, 900_000);

afterAll(async () => {
  for (const server of servers) await server.stop();
  // mounts were in namespaces that are gone: these are files of ours alone
  await rm(place, { recursive: true, force: true });
});

test('its user is not root, and cannot change the program', async () => {
  expect((await image.shell('id -u; id -g; pwd')).stdout).toBe('1000\n1000\n/home/node\n');
  expect((await image.shell('touch /opt/postgres-backuper/main.cjs')).status).not.toBe(0);
  expect(await image.start(['--version'])).toMatchObject({
    status: 0,
    stdout: `${image.config.labels['org.opencontainers.image.version']}\n`,
    stderr: '',
  });
});

test.each(MAJORS)('the client programs of PostgreSQL %i are there', async (major) => {
  const end = await image.start(['setup-client', '--client-version', String(major), '--json']);
  expect(end, end.stderr).toMatchObject({ status: 0 });
  expect(JSON.parse(end.stdout).result).toMatchObject({
    binDir: `/usr/lib/postgresql/${major}/bin`,
    installed: false,
  });
});

test('gpg, zstd, ssh, locales and time zones are there, package lists and caches are not', async () => {
  const said = await image.shell(
    'gpg --version | head -n 1; zstd --version; ssh -V 2>&1; locale -a; TZ=Asia/Tokyo date +%Z; ls /var/lib/apt/lists',
  );
  expect(said.stdout).toMatch(
    /^gpg \(GnuPG\) 2[\s\S]*Zstandard[\s\S]*OpenSSH_[\s\S]*\nC\.utf8\n[\s\S]*\nen_US\.utf8\nJST\n$/,
  );
  expect((await image.shell('echo $LANG; locale 2>&1')).stdout).toMatch(/^C\.UTF-8\n(?![\s\S]*Cannot)/);
  expect((await image.shell('ls /etc/ssl/certs/ca-certificates.crt')).status).toBe(0);
});

test.each([14, 18] as const)('a server of version %i is backed up, checked and restored', async (major) => {
  const server = servers.find((one) => one.major === major) as Postgres;
  await server.createDatabase('shop');
  await server.psql('CREATE TABLE t AS SELECT generate_series(1, 42) AS n', 'shop');
  const home = `/home/node/${major}`;
  const env = {
    DATABASE_URL: `postgres://postgres@127.0.0.1:${server.port}/shop`,
    PG_PASSWORD: server.password,
    BACKUP_REPOSITORY: `/var/backups/postgres/${major}`,
    BACKUP_PUBLIC_KEY: `${home}/backup-public.asc`,
    BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE,
  };
  const start = async (...words: readonly string[]) => {
    const end = await image.start(words, env);
    expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ status: 0 });
    return end;
  };
  await start('keygen', '--output', home);
  await start('check');
  await start(...image.config.cmd);
  await start('verify', 'latest', '--level', 'stored');
  await start('restore', 'latest', '--into', 'again', '--private-key', `${home}/backup-private.asc`);
  expect(await server.psql('SELECT count(*) FROM t', 'again')).toBe('42');
});

test('the page of the start: the line of docker is what `init` and this image need for a backup that is proven', async () => {
  const server = servers.find((one) => one.major === 18) as Postgres;
  const repository = '/var/backups/postgres/started';
  const newcomer = await settle({
    folder: place,
    examples: {
      'docker build --tag postgres-backuper .\n': 'docker() { :; }\n',
      's3://backups/shop --s3-endpoint https://minio.example.com': repository,
    },
    program: join(place, 'clone/dist/postgres-backuper.cjs'),
  });
  await newcomer.follow('Docker, Kubernetes', 0);
  const settings = await readFile(join(newcomer.home, 'backups/postgres-backup/backup.env'), 'utf8');
  const [, line = ''] = await blocksOf('Docker, Kubernetes');
  const [, words = ''] = /^docker run --rm --env-file (\S+) .* postgres-backuper$/m.exec(line) ?? [];
  expect(words).toBe('postgres-backup/backup.env');
  const said = `docker() { jq -cn '$ARGS.positional' --args -- "$@"; }\n${line}`;
  const typed = JSON.parse(await run('bash', ['-euc', said], { env: { PATH: '/usr/bin:/bin', HOME: newcomer.home } }));
  const [, key = ''] = /^BACKUP_PUBLIC_KEY=(.+)$/.exec(typed[5]) ?? [];
  const env = {
    ...parseEnv(settings),
    BACKUP_PUBLIC_KEY: key,
    DATABASE_URL: `postgres://postgres:${encodeURIComponent(server.password)}@127.0.0.1:${server.port}/shop`,
  };
  const made = await image.start(image.config.cmd, env as Record<string, string>);
  expect(made, `${made.stdout}${made.stderr}`).toMatchObject({ status: 0 });
  const privateKey = (await readFile(join(newcomer.home, 'backup-keys/backup-private.asc'))).toString('base64');
  const reader = { BACKUP_PRIVATE_KEY: privateKey, BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE };
  const proven = await image.start(['verify', 'latest', '--level', 'content', '--repository', repository], reader);
  expect(proven.stdout, proven.stderr).toContain('every object was read, every hash is right');
});

test("PostgreSQL's own packages are added by a script that the packages of this Debian have", async () => {
  const script = '/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh';
  const packages = 'apt-get update && apt-get install --yes --no-install-recommends postgresql-common';
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', DEBIAN_FRONTEND: 'noninteractive' };
  // its last step asks apt.postgresql.org, which may be out of reach; the file that names it is written before
  const end = await inRoot({ folder, user: '0:0' }, ['sh', '-c', `${packages} && ${script} -y`], env);
  const [, suite] = /-(\w+)-slim$/.exec(image.config.from) ?? [];
  const source = await readFile(join(folder, 'etc/apt/sources.list.d/pgdg.sources'), 'utf8').catch(() => end.stderr);
  expect(source).toContain(`Suites: ${suite}-pgdg`);
});
