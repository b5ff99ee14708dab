import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import {
  createGitLabProject,
  type Postgres,
  type S3Server,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { gitlabFiles } from '../../../packages/cli/src/gitlab/generate.ts';
import { pinsOf } from '../../../packages/cli/src/gitlab/pins.ts';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';

export const PASSPHRASE = 'sesame-of-the-key';

export interface Runner {
  readonly postgres: Postgres;
  readonly minio: S3Server;
  readonly secrets: readonly string[];
  /** Where the files of dist are served. */
  readonly bundleUrl: string;
  /** A project with that pipeline and our templates. */
  project(pipeline: string, variables?: Record<string, string>): Promise<Project>;
  remove(): Promise<void>;
}

export type Project = Awaited<ReturnType<typeof createGitLabProject>> & { readonly folder: string };

/** The templates made from the sources, a server for the program's files, PostgreSQL and MinIO. */
export async function createRunner(): Promise<Runner> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-'));
  const dist = join(folder, 'dist');
  const [postgres, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  await minio.createBucket('backups');
  const keys = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  await buildBundle(join(import.meta.dirname, '../../..'), dist);
  const files = gitlabFiles(await pinsOf(dist));
  const server = await serve(dist);
  const bundleUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dist`;
  const project = async (pipeline: string, more: Record<string, string> = {}): Promise<Project> => {
    const own = await mkdtemp(join(folder, 'project-'));
    const variables = {
      ...{
        PG_HOST: postgres.host,
        PG_PORT: String(postgres.port),
        PG_USER: postgres.user,
        PG_PASSWORD: postgres.password,
      },
      ...{ BACKUP_PG_BIN_DIR: postgres.binDir, BACKUP_RETRY_FOR: '2s', BACKUP_REPOSITORY: 's3://backups/gitlab' },
      ...{ MINIO_ENDPOINT: minio.endpoint, MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey },
      ...{
        BACKUP_PUBLIC_KEY: keys.publicKey,
        BACKUP_PRIVATE_KEY: keys.privateKey,
        BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE,
      },
      ...{ POSTGRES_BACKUPER_URL: bundleUrl, ...more },
    };
    const environment = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, LC_ALL: 'C.UTF-8' };
    const made = await createGitLabProject({
      folder: own,
      files: { ...files, '.gitlab-ci.yml': pipeline },
      variables,
      environment,
    });
    return { ...made, folder: own };
  };
  return {
    ...{ postgres, minio, bundleUrl, project, secrets: [postgres.password, minio.secretKey, PASSPHRASE] },
    remove: async () => {
      server.close();
      await Promise.allSettled([postgres.stop(), minio.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serve(folder: string): Promise<Server> {
  const names = await readdir(folder);
  const server = createServer(async (request, response) => {
    const name = names.find((one) => request.url === `/dist/${one}`);
    response.writeHead(name === undefined ? 404 : 200);
    response.end(name === undefined ? '' : await readFile(join(folder, name)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
