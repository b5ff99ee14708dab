import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import {
  type ActEntry,
  type ActRun,
  createActProject,
  type Postgres,
  type RunWorkflow,
  type S3Server,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { githubFiles } from '../../../packages/hosts/src/github/files.ts';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** The files that users copy. */
export const WORKFLOWS = join(ROOT, 'docs/hosts/github/workflows');

/** Secrets that must not be found anywhere but where they were put. */
export const CANARIES = {
  password: 'canary/of the+database',
  passphrase: 'canary-of-the-key',
  dedupSecret: 'canaryOfDifferentials0123456789abcdefghijkA=', // 32 bytes in base64
} as const;

/** What a repository of a user would refer to: the actions made from the sources, with the bundle. */
export async function createActions(folder: string): Promise<string> {
  for (const [path, text] of Object.entries(githubFiles())) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await buildBundle(ROOT, join(folder, 'dist'));
  return folder;
}

/** The workflow files of the documentation by their names. */
export async function documentedWorkflows(): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(WORKFLOWS);
  const texts = await Promise.all(names.map((name) => readFile(join(WORKFLOWS, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] as string]));
}

export interface Stage {
  readonly postgres: Postgres;
  readonly minio: S3Server;
  readonly folder: string;
  /** Of the actions and their bundle. */
  readonly actions: string;
  readonly publicKey: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of a step: what the runner gives it. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** PostgreSQL, MinIO, keys, the actions. */
export async function createStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'github-'));
  const [postgres, minio] = await Promise.all([
    startPostgres({ major: 18, password: CANARIES.password }),
    startMinio(),
    createActions(join(folder, 'actions')),
  ]);
  await minio.createBucket('backups');
  const keys = await generateKeyPair({ passphrase: CANARIES.passphrase, now: Date.now() });
  const secrets = {
    PG_PASSWORD: postgres.password,
    DATABASE_URL: `postgres://postgres:${encodeURIComponent(postgres.password)}@127.0.0.1:${postgres.port}/app`,
    S3_ACCESS_KEY: minio.accessKey,
    S3_SECRET_KEY: minio.secretKey,
    PRIVATE_KEY: keys.privateKey,
    PRIVATE_KEY_PASSPHRASE: CANARIES.passphrase,
    BACKUP_DEDUP_SECRET: CANARIES.dedupSecret,
  };
  await mkdir(join(folder, 'home'));
  const environment = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: join(folder, 'home'),
    PG_BIN_DIR: postgres.binDir,
  };
  return {
    ...{ postgres, minio, folder, actions: join(folder, 'actions'), secrets, environment },
    publicKey: Buffer.from(keys.publicKey).toString('base64'),
    remove: async () => {
      await Promise.allSettled([postgres.stop(), minio.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs these workflows and the documented ones, whose references mean the actions made here. */
export async function createProject(stage: Stage, workflows: Readonly<Record<string, string>>): Promise<RunWorkflow> {
  const folder = await mkdtemp(join(stage.folder, 'project-'));
  const project = join(folder, 'pipelines');
  await mkdir(project);
  return createActProject({
    folder: project,
    workflows: { ...(await documentedWorkflows()), ...workflows },
    repositories: { 'OWNER/postgres-backuper@v1': stage.actions },
    secrets: stage.secrets,
    variables: {
      ...{ BACKUP_REPOSITORY: 's3://backups/first', S3_ENDPOINT: stage.minio.endpoint },
      BACKUP_PUBLIC_KEY: stage.publicKey,
    },
    environment: stage.environment,
  });
}

export function commands(end: ActRun, name: string): readonly ActEntry[] {
  return end.entries.filter(({ command }) => command === name);
}

/** The outputs of steps by their names; of several steps the last one. */
export function outputs(end: ActRun): Readonly<Record<string, string>> {
  return Object.fromEntries(commands(end, 'set-output').map(({ name = '', arg = '' }) => [name, arg]));
}

/** Everything but the masks themselves. */
export function shown(end: ActRun): string {
  const entries = end.entries.filter(({ command }) => command !== 'add-mask');
  return entries.map((entry) => JSON.stringify(entry)).join('\n');
}
