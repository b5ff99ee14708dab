import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import {
  type BareMachine,
  createGitLabProject,
  type GitLabProject,
  type Postgres,
  type S3Server,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { gitlabFiles } from '../../../packages/hosts/src/gitlab/files.ts';
import { pinsOf } from '../../../packages/hosts/src/gitlab/pins.ts';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PASSPHRASE = 'sesame-of-the-key';

export interface Runner {
  readonly folder: string;
  readonly postgres: Postgres;
  readonly minio: S3Server;
  readonly secrets: readonly string[];
  /** Paths and texts of the templates made from the sources. */
  readonly templates: Readonly<Record<string, string>>;
  /** Where the files of dist are served; `/busy/…` answers 503, `/forged/…` other bytes. */
  readonly bundleUrl: string;
  /** A project with that pipeline and our templates. */
  project(pipeline: string, variables?: Record<string, string>, machine?: BareMachine): Promise<GitLabProject>;
  remove(): Promise<void>;
}

/** The templates made from the sources, a server for the program's files, PostgreSQL and MinIO. */
export async function createRunner(): Promise<Runner> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-'));
  const [postgres, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  await minio.createBucket('backups');
  const keys = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  await buildBundle(ROOT, join(folder, 'dist'));
  const templates = gitlabFiles(await pinsOf(join(folder, 'dist')));
  const server = await serve(join(folder, 'dist'));
  const bundleUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dist`;
  const fixed = {
    ...{ PG_HOST: postgres.host, PG_PORT: String(postgres.port), PG_USER: postgres.user },
    ...{ PG_PASSWORD: postgres.password, BACKUP_PG_BIN_DIR: postgres.binDir, BACKUP_RETRY_FOR: '2s' },
    ...{ MINIO_ENDPOINT: minio.endpoint, MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey },
    ...{ BACKUP_PUBLIC_KEY: keys.publicKey, BACKUP_PRIVATE_KEY: keys.privateKey },
    ...{ BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE, POSTGRES_BACKUPER_URL: bundleUrl },
  };
  const project: Runner['project'] = async (pipeline, more = {}, machine = undefined) => {
    const own = await mkdtemp(join(folder, 'project-'));
    const files = { ...templates, '.gitlab-ci.yml': pipeline };
    const path = [...(machine === undefined ? [] : [machine.path]), dirname(process.execPath), '/usr/bin', '/bin'];
    const environment = { PATH: path.join(':'), HOME: folder, LC_ALL: 'C.UTF-8' };
    const through = machine?.through ?? [];
    return createGitLabProject({ folder: own, files, variables: { ...fixed, ...more }, environment, through });
  };
  return {
    ...{ folder, postgres, minio, bundleUrl, templates, project },
    secrets: [postgres.password, minio.secretKey, PASSPHRASE],
    remove: async () => {
      server.close();
      await Promise.allSettled([postgres.stop(), minio.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const OURS = 'postgres-backuper/postgres-backuper';
const COMPONENTS = '$CI_SERVER_FQDN/$CI_PROJECT_PATH';

/** A pipeline that docs/hosts/gitlab shows; what it includes comes from the project of the test instead of ours. */
export async function example(name: string): Promise<string> {
  const text = await readFile(join(ROOT, 'docs/hosts/gitlab', `${name}.gitlab-ci.yml`), 'utf8');
  return withOurs(text.replace(/project: .*\n +ref: .*\n +file: /, 'local: '));
}

/** A pipeline whose components are those of the project of the test. */
export function withOurs(text: string): string {
  return text.replaceAll(
    new RegExp(`\\$CI_SERVER_FQDN/${OURS}/(\\w+)@v[\\d.]+`, 'g'),
    `${COMPONENTS}/$1@$$CI_COMMIT_SHA`,
  );
}

/** A pipeline of one component; inputs are YAML. */
export function component(name: string, inputs: Record<string, string>): string {
  const lines = Object.entries(inputs).map(([key, value]) => `      ${key}: ${value}\n`);
  return `include:\n  - component: ${COMPONENTS}/${name}@$CI_COMMIT_SHA\n    inputs:\n${lines.join('')}`;
}

/** A file among a job's artifacts. */
export async function artifact(project: GitLabProject, job: string, file: string): Promise<string> {
  const folder = job.replace(/[^\w-]+/g, (text) => Buffer.from(text).toString('base64url'));
  return readFile(join(project.folder, '.gitlab-ci-local/artifacts', folder, 'postgres-backuper', file), 'utf8');
}

async function serve(folder: string): Promise<Server> {
  const names = await readdir(folder);
  const server = createServer(async ({ url = '' }, response) => {
    const [, kind, name = ''] = url.split('/');
    if (kind === 'busy') response.writeHead(503).end();
    else if (!names.includes(name)) response.writeHead(404).end();
    else response.end(kind === 'forged' ? 'process.exit(0)' : await readFile(join(folder, name)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
